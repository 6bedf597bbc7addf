// What `gateway` prints: lines to paste for the machines that come, and the connections as they are.

import type { ConnectionRow, GatewayInfo } from '../../gateway/index.ts';
import { type Lang, textWidth } from '../../lab/text/index.ts';
import { t } from '../messages.ts';

/** What to paste for a place, with what for: none for places that need none. */
export function pasteLines(at: string, mtu: number): string[] {
  const large = mtu === 1500 ? '' : `,host_mtu=${mtu}`;
  const device = `-device virtio-net-pci,netdev=n${large}`;
  const [by = '', ...rest] = at.split(':');
  const where = rest.join(':');
  const host = where.slice(0, where.lastIndexOf(':'));
  const port = where.slice(where.lastIndexOf(':') + 1);
  switch (by) {
    case 'unix':
      return [
        `qemu-system-x86_64 … -netdev stream,id=n,addr.type=unix,addr.path=${where} ${device}`,
        `krunkit … --device virtio-net,type=unixstream,path=${where},mac=5a:94:ef:e4:0c:ee`,
      ];
    case 'tcp':
      return [
        `qemu-system-x86_64 … -netdev stream,id=n,addr.type=inet,addr.host=${host},addr.port=${port} ${device}`,
      ];
    case 'udp':
      return [
        `qemu-system-x86_64 … -netdev dgram,id=n,local.type=inet,local.host=127.0.0.1,local.port=0,remote.type=inet,remote.host=${host},remote.port=${port} ${device}`,
      ];
    case 'ws':
      return [`new V86({ …, net_device: { type: 'virtio', relay_url: 'ws://${where}/' } })`];
    default:
      return [];
  }
}

const COLUMNS = [12, 34, 12, 22, 9, 9, 6] as const;

function row(cells: readonly string[]): string {
  return cells
    .map((cell, n) => {
      const width = COLUMNS[n] ?? 0;
      let text = cell;
      while (textWidth(text) > width) text = text.slice(0, -1);
      const space = ' '.repeat(width - textWidth(text));
      return n >= 4 ? space + text : text + space;
    })
    .join(' ')
    .trimEnd();
}

/** Octets as people read them. */
export function octetsText(octets: number): string {
  if (octets < 10_000) return `${octets}`;
  const units = ['k', 'M', 'G', 'T'];
  let n = octets;
  let unit = '';
  for (const each of units) {
    if (n < 1000) break;
    n /= 1000;
    unit = each;
  }
  return `${n.toFixed(n < 10 ? 1 : 0)}${unit}`;
}

function connectionCells({
  guest,
  to,
  name,
  state,
  phase,
  sent,
  received,
  retransmissions,
}: ConnectionRow): string[] {
  const port = to.slice(to.lastIndexOf(':'));
  const where = name === null ? to : `${name}${port}`;
  return [guest, where, state, phase, octetsText(sent), octetsText(received), `${retransmissions}`];
}

/** The table, in `height` lines at most. */
export function tableLines(lang: Lang, info: GatewayInfo, height: number): string[] {
  const { connections, flows, guests, counters } = info;
  const head = row([
    t(lang, 'gatewayHeadGuest'),
    t(lang, 'gatewayHeadTo'),
    t(lang, 'gatewayHeadState'),
    t(lang, 'gatewayHeadOuter'),
    t(lang, 'gatewayHeadSent'),
    t(lang, 'gatewayHeadReceived'),
    t(lang, 'gatewayHeadAgain'),
  ]);
  const summary = t(lang, 'gatewaySummary', {
    guests: guests.length,
    connections: connections.length,
    flows,
    denied: counters.tcp.denied + counters.udp.denied + counters.dns.denied,
    failed: counters.tcp.failed,
  });
  const room = Math.max(1, height - 3);
  const shown = connections.length <= room ? connections : connections.slice(-(room - 1));
  const more = connections.length - shown.length;
  return [
    summary,
    head,
    ...shown.map((each) => row(connectionCells(each))),
    ...(more > 0 ? [t(lang, 'gatewayMore', { count: more })] : []),
  ];
}
