// What `gateway` prints: lines to paste for the machines that come, and the connections as they are.

import type { ConnectionRow, GatewayInfo } from '../../gateway/index.ts';
import { type Lang, textWidth, wrapText } from '../../lab/text/index.ts';
import { t } from '../messages.ts';

/** Where a sandbox is on the guests' network. */
export interface SandboxPlace {
  readonly address: string;
  readonly prefix: number;
  readonly router: string;
}

/** What to paste for a place, with what for: none for places that need none. */
export function pasteLines(at: string, mtu: number, sandbox: SandboxPlace): string[] {
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
    case 'tap': {
      // A sandbox's network namespace is that of any process in it. It has no DHCP client of its own.
      const within = 'nsenter -n -t PID ip';
      return [
        `ip link set ${where} netns PID`,
        `${within} addr add ${sandbox.address}/${sandbox.prefix} dev ${where}`,
        `${within} link set ${where}${mtu === 1500 ? '' : ` mtu ${mtu}`} up`,
        `${within} route add default via ${sandbox.router}`,
      ];
    }
    default:
      return [];
  }
}

/** Widths of the columns where there is room, and on a terminal of 80. */
const WIDE: readonly number[] = [12, 34, 12, 22, 9, 9, 6];
const NARROW: readonly number[] = [8, 20, 12, 12, 7, 8, 5];
const WIDE_FROM = 112;

function row(cells: readonly string[], columns: readonly number[]): string {
  return cells
    .map((cell, n) => {
      const width = columns[n] ?? 0;
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

/** What was said at the beginning, in rows of a screen: a command of a shell goes on in the next row, and can be pasted. */
export function headRows(head: readonly string[], columns: number): string[] {
  return head.flatMap((line) => {
    if (textWidth(line) <= columns) return [line];
    const isShell = /^ *(?:qemu|krunkit)/.test(line);
    if (!isShell || columns < 20) return wrapText(line, columns);
    const rows: string[] = [];
    for (let at = 0; at < line.length; at += columns - 1) {
      const rest = line.slice(at);
      if (rest.length <= columns) {
        rows.push(rest);
        break;
      }
      rows.push(`${rest.slice(0, columns - 1)}\\`);
    }
    return rows;
  });
}

/** How much of the table is seen. */
export interface TableSize {
  /** Lines and columns at most. */
  readonly height: number;
  readonly columns: number;
  /** The connection that is marked, and among those that are seen; -1: none. */
  readonly chosen: number;
}

/** The table. */
export function tableLines(lang: Lang, info: GatewayInfo, { height, columns, chosen }: TableSize): string[] {
  const { connections, flows, guests, counters } = info;
  const widths = columns >= WIDE_FROM ? WIDE : NARROW;
  const heads = [
    t(lang, 'gatewayHeadGuest'),
    t(lang, 'gatewayHeadTo'),
    t(lang, 'gatewayHeadState'),
    t(lang, 'gatewayHeadOuter'),
    t(lang, 'gatewayHeadSent'),
    t(lang, 'gatewayHeadReceived'),
    t(lang, 'gatewayHeadAgain'),
  ];
  const summary = t(lang, 'gatewaySummary', {
    guests: guests.length,
    connections: connections.length,
    flows,
    denied: counters.tcp.denied + counters.udp.denied + counters.dns.denied,
    failed: counters.tcp.failed,
  });
  const room = Math.max(1, height - 3);
  const most = connections.length <= room ? room : Math.max(1, room - 1);
  const first = Math.max(0, Math.min(connections.length - most, chosen < 0 ? Infinity : chosen));
  const shown = connections.slice(first, first + most);
  const more = connections.length - shown.length;
  return [
    summary,
    `  ${row(heads, widths)}`,
    ...shown.map((each, n) => `${first + n === chosen ? '>' : ' '} ${row(connectionCells(each), widths)}`),
    ...(more > 0 ? [t(lang, 'gatewayMore', { count: more })] : []),
  ];
}
