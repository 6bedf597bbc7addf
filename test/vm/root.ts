// The root of a guest: busybox, the modules of its network card, and an /init that does what comes on its serial port,
// line by line.

import { readFileSync } from 'node:fs';
import { initramfs, type RootFile } from './initramfs.ts';
import { type GuestKernel, modulesFor } from './kernel.ts';

/** What udhcpc does with a lease: addresses and routes, and /etc/resolv.conf. It is all of a DHCP client's script. */
const UDHCPC = `#!/bin/sh
case $1 in
deconfig) ip addr flush dev $interface; ip link set $interface up ;;
bound|renew)
  ip addr flush dev $interface
  ip addr add $ip/$mask dev $interface
  for r in $router; do ip route replace default via $r dev $interface; done
  [ -n "$mtu" ] && ip link set $interface mtu $mtu
  echo "search $search$domain" >/etc/resolv.conf
  for d in $dns; do echo "nameserver $d" >>/etc/resolv.conf; done
  set >/tmp/lease ;;
esac
`;

/** \`read\` takes a line at a time; what it does is told between two marks. */
function init(modules: readonly string[]): string {
  return `#!/bin/busybox sh
export PATH=/bin
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for m in ${modules.join(' ')}; do insmod /lib/$m.ko || echo "no $m"; done
hostname guest
ip link set lo up
stty -F /dev/ttyS0 raw -echo
exec </dev/ttyS0 >/dev/ttyS0 2>&1
echo READY
while read -r line; do eval "$line"; done
poweroff -f
`;
}

/** The initramfs of a guest; `more`: files that it has besides. */
export function guestRoot(
  kernel: GuestKernel,
  busybox: string,
  cards: readonly string[],
  more: Readonly<Record<string, RootFile>> = {},
): Uint8Array {
  const modules = modulesFor(kernel, cards);
  const files: Record<string, RootFile> = {
    bin: { folder: true },
    'bin/busybox': { octets: readFileSync(busybox) },
    dev: { folder: true },
    etc: { folder: true },
    'etc/udhcpc.sh': { octets: UDHCPC },
    init: { octets: init(modules.map(({ name }) => name)) },
    lib: { folder: true },
    proc: { folder: true },
    sys: { folder: true },
    tmp: { folder: true },
    ...more,
  };
  for (const { name, octets } of modules) files[`lib/${name}.ko`] = { octets };
  return initramfs(files);
}
