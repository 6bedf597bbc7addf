// The script of one cell: the way into the state, the segment, what must go out, and how the state shows.

import {
  ackOf,
  bearsAck,
  type Cell,
  type GridState,
  NUMBERS,
  type Numbers,
  nameOf,
  RECEIVE_WINDOW,
  SEGMENTS,
  SEND_WINDOW,
  seqAt,
} from './axes.ts';
import { type After, acknowledgesAll, type Reply, RULES, ruleOf } from './cells.ts';

/** What is sent within the longest delay of an ACK. */
const SOON = '+0~+.05';
/** Later than that. */
const LATER = '+.06';
/** Later than the limit on challenge ACKs. */
const MUCH_LATER = '+.6';
const WIN = `win ${SEND_WINDOW}`;

const SOCKET = [
  ' 0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3',
  '+0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0',
  `+0 setsockopt(3, SOL_SOCKET, SO_RCVBUF, [${RECEIVE_WINDOW}], 4) = 0`,
];
const LISTEN = [
  ...SOCKET,
  '+0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0',
  '+0 bind(3, ..., ...) = 0',
  '+0 listen(3, 1) = 0',
];
const SYN_SENT = [
  ...SOCKET,
  '+0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)',
  '+0 > S 0:0(0) <...>',
];
const SYN_RECEIVED = [
  ...LISTEN,
  `+0 < S 0:0(0) ${WIN} <mss 1460>`,
  `+0 > S. 0:0(0) ack 1 win ${RECEIVE_WINDOW} <mss 1460>`,
];
const ESTABLISHED = [...SYN_RECEIVED, `+.01 < . 1:1(0) ack 1 ${WIN}`, '+0 accept(3, ..., ...) = 4'];
const CLOSE = ['+0 shutdown(4, SHUT_WR) = 0'];
const PEER_FIN = (ack: number): string => `+.01 < F. 1:1(0) ack ${ack} ${WIN}`;
const WRITE = ['+0 write(4, ..., 100) = 100'];
const FIN_WAIT_1 = [...ESTABLISHED, ...CLOSE, '+0 > F. 1:1(0) ack 1'];
const FIN_WAIT_2 = [...FIN_WAIT_1, `+.01 < . 1:1(0) ack 2 ${WIN}`];
const CLOSE_WAIT = [...ESTABLISHED, PEER_FIN(1), `${SOON} > . 1:1(0) ack 2`];

const WAY: Readonly<Record<GridState, readonly string[]>> = {
  CLOSED: [' 0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3', '+0 bind(3, ..., ...) = 0'],
  LISTEN,
  'SYN-SENT': SYN_SENT,
  'SYN-RECEIVED (passive)': SYN_RECEIVED,
  'SYN-RECEIVED (active)': [...SYN_SENT, `+.01 < S 0:0(0) ${WIN} <mss 1460>`, '+0 > S. 0:0(0) ack 1 <...>'],
  ESTABLISHED: [...ESTABLISHED, ...WRITE, '+0 > P. 1:101(100) ack 1'],
  'FIN-WAIT-1': FIN_WAIT_1,
  'FIN-WAIT-2': FIN_WAIT_2,
  'CLOSE-WAIT': [...CLOSE_WAIT, ...WRITE.map((l) => l.replace('+0', LATER)), '+0 > P. 1:101(100) ack 2'],
  CLOSING: [...FIN_WAIT_1, PEER_FIN(1), '+0 > . 2:2(0) ack 2'],
  'LAST-ACK': [...CLOSE_WAIT, ...CLOSE.map((l) => l.replace('+0', LATER)), '+0 > F. 1:1(0) ack 2'],
  'TIME-WAIT': [...FIN_WAIT_2, '+0 `sysctl -q net.ipv4.tcp_rfc1337=1`', PEER_FIN(2), '+0 > . 2:2(0) ack 2'],
};

const TCPI_STATE: Readonly<Partial<Record<GridState, string>>> = {
  CLOSED: 'TCP_CLOSE',
  'SYN-SENT': 'TCP_SYN_SENT',
  'SYN-RECEIVED (active)': 'TCP_SYN_RECV',
  ESTABLISHED: 'TCP_ESTABLISHED',
  'FIN-WAIT-1': 'TCP_FIN_WAIT1',
  'FIN-WAIT-2': 'TCP_FIN_WAIT2',
  'CLOSE-WAIT': 'TCP_CLOSE_WAIT',
  CLOSING: 'TCP_CLOSING',
  'LAST-ACK': 'TCP_LAST_ACK',
  // A socket whose connection is in TIME-WAIT has none any more.
  'TIME-WAIT': 'TCP_CLOSE',
};

/** A sequence number as a script can write it. */
function u32(n: number): number {
  return n >>> 0;
}

function range(seq: number, length: number): string {
  return `${u32(seq)}:${u32(seq + length)}(${length})`;
}

/** The line that injects the segment of a cell. */
function injection(c: Cell): string {
  const n = NUMBERS[c.state];
  const { flags, text, length } = SEGMENTS[c.event];
  const ack = bearsAck(c.event) ? ` ack ${u32(ackOf(c.ack, n))}` : '';
  return `+.01 < ${flags} ${range(seqAt(c.position, n, length), text)}${ack} ${WIN}`;
}

/** How far RCV.NXT advances by a reply. */
function advance(reply: Reply): number {
  return reply.startsWith('ACK+') ? Number(reply.slice(4)) : 0;
}

/** The lines of what goes out. */
function replies(c: Cell, reply: Reply): string[] {
  const n = NUMBERS[c.state];
  const { length } = SEGMENTS[c.event];
  const seq = seqAt(c.position, n, length);
  const rst = `${SOON} > R ${range(ackOf(c.ack, n), 0)}`;
  switch (reply) {
    case 'nothing':
      return [];
    case 'RST':
      return [rst];
    case 'RST; SYN':
      return [rst, `${SOON} > S 0:0(0) <...>`];
    case 'RST,ACK':
      return [`${SOON} > R. 0:0(0) ack ${u32(seq + length)}`];
    case 'SYN,ACK':
      return [`${SOON} > S. 0:0(0) ack 1 <...>`];
    case 'SYN,ACK of a new connection':
      return [`${SOON} > S. ${range(NEW_ISS, 0)} ack ${u32(seq + 1)} <...>`];
    default:
      return [`${SOON} > . ${range(n.sndNxt, 0)} ack ${n.rcvNxt + advance(reply)}`];
  }
}

/** The ISS after TIME-WAIT: SND.NXT and 2^16 + 1. */
const NEW_ISS = NUMBERS['TIME-WAIT'].sndNxt + 65_537;

/** The lines that show the state afterwards. */
function proof(c: Cell, reply: Reply, after: GridState): string[] {
  const n = NUMBERS[c.state];
  const { sndNxt } = n;
  const rcvNxt = n.rcvNxt + advance(reply);
  const name = TCPI_STATE[after];
  const assertion = name === undefined ? [] : [`${LATER} %{ assert tcpi_state == ${name}, tcpi_state }%`];
  // With text in flight it shows whether the ACK counted: in segments, as Linux counts.
  if (n.sndNxt > 100 && after !== 'CLOSED') {
    const unacked = acknowledgesAll(c) ? 0 : 1;
    assertion.push(`+0 %{ assert tcpi_unacked == ${unacked}, tcpi_unacked }%`);
  }
  const none = `${LATER} accept(3, ..., ...) = -1 EAGAIN (Resource temporarily unavailable)`;
  switch (after) {
    case 'CLOSED':
      if (c.state === 'CLOSED') return [`${LATER} < S 0:0(0) ${WIN}`, '+0 > R. 0:0(0) ack 1'];
      return [...assertion, ...gone(n, rcvNxt)];
    case 'LISTEN':
      if (c.state !== 'LISTEN') return [none, ...gone(n, rcvNxt)];
      return [none, `+0 < S 0:0(0) ${WIN} <mss 1460>`, '+0 > S. 0:0(0) ack 1 <mss 1460>'];
    case 'SYN-RECEIVED (passive)': {
      if (reply !== 'SYN,ACK of a new connection') return [none, ...opens(1, 1, 4)];
      const seq = seqAt(c.position, n, 1) + 1;
      return [none, ...opens(seq, NEW_ISS + 1, 5)];
    }
    case 'ESTABLISHED':
      return c.state === 'SYN-RECEIVED (passive)'
        ? [`${LATER} accept(3, ..., ...) = 4`, ...now(assertion)]
        : assertion;
    case 'CLOSE-WAIT':
      return c.state === 'SYN-RECEIVED (passive)'
        ? [`${LATER} accept(3, ..., ...) = 4`, ...now(assertion)]
        : assertion;
    case 'TIME-WAIT':
      return [
        ...assertion,
        `${MUCH_LATER} < F. ${range(rcvNxt - 1, 0)} ack ${sndNxt} ${WIN}`,
        `+0 > . ${range(sndNxt, 0)} ack ${rcvNxt}`,
      ];
    default:
      return assertion;
  }
}

function now(lines: readonly string[]): string[] {
  return lines.map((l) => l.replace(LATER, '+0'));
}

/** An ACK of what does not exist is reset. */
function gone(n: Numbers, rcvNxt: number): string[] {
  return [`+0 < . ${range(rcvNxt, 0)} ack ${n.sndNxt} ${WIN}`, `+0 > R ${range(n.sndNxt, 0)}`];
}

/** An ACK opens what was in SYN-RECEIVED. */
function opens(seq: number, ack: number, fd: number): string[] {
  return [
    `+0 < . ${range(seq, 0)} ack ${ack} ${WIN}`,
    `+0 accept(3, ..., ...) = ${fd}`,
    '+0 %{ assert tcpi_state == TCP_ESTABLISHED, tcpi_state }%',
  ];
}

/** The state of a cell afterwards. */
export function stateAfter(c: Cell, after: After): GridState {
  return after === 'same' ? c.state : after;
}

/** The script of a cell. Throws RangeError for a cell that no rule decides. */
export function scriptOf(c: Cell): string {
  const rule = RULES[ruleOf(c)];
  if (rule === undefined) throw new RangeError(`nothing is expected of ${nameOf(c)}`);
  const after = stateAfter(c, rule.after);
  const place = c.position === 'any' ? '' : `, ${c.position}`;
  const ack = c.ack === 'any' ? '' : `, SEG.ACK ${c.ack}`;
  return `${[
    `// ${c.state}: ${c.event}${place}${ack}: ${rule.reply}, then ${after}.`,
    `// RFC 9293 section ${rule.section}. ${rule.why}`,
    '// Generated by test/drill/grid/generate.ts from cells.ts: npm run grid.',
    ...WAY[c.state],
    '// Here it comes.',
    injection(c),
    ...replies(c, rule.reply),
    ...proof(c, rule.reply, after),
  ].join('\n')}\n`;
}
