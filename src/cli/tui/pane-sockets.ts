// The sockets of both hosts at the cursor, as ss(8) lists them.

import {
  type End,
  type Lang,
  type QueueView,
  statesAt,
  type Trace,
  tcbAt,
  textWidth,
} from '../../lab/index.ts';
import { formatEndpoint } from '../../wire/index.ts';
import { t } from '../messages.ts';
import { styled } from './paint.ts';
import { BESIDE, BOLD, DIM, ENDS, type PaneSize } from './pane-size.ts';
import { leftOf, sinceView } from './pane-tcb.ts';

const SS: Readonly<Record<string, string>> = {
  ESTABLISHED: 'ESTAB',
  'SYN-RECEIVED': 'SYN-RECV',
  CLOSED: 'UNCONN',
};
const SS_TIMERS: Readonly<Record<string, string>> = {
  rexmt: 'on',
  persist: 'persist',
  keep: 'keepalive',
  '2msl': 'timewait',
  delack: 'delack',
  wait: 'fin-wait-2',
  user: 'user',
  reorder: 'reorder',
  pto: 'pto',
  pace: 'pace',
};

/** One socket, as ss has it. */
export interface SocketRow {
  readonly state: string;
  readonly recv: string;
  readonly send: string;
  readonly local: string;
  readonly peer: string;
  readonly timer: string;
}

/** The sockets of a host after an event: a listener first. */
export function socketsAt(trace: Trace, at: number, end: End, lang: Lang): SocketRow[] {
  const rows: SocketRow[] = [];
  const queues = end === 'right' ? queuesAt(trace, at) : null;
  if (queues !== null) {
    const { accept, acceptLimit, syn } = queues;
    const listener = trace.connections[0]?.right ?? trace.ends.right;
    rows.push({
      state: 'LISTEN',
      recv: String(accept),
      send: String(acceptLimit),
      local: socketText(listener),
      peer: '*',
      timer: t(lang, 'tuiListener', { syn }),
    });
  }
  trace.connections.forEach((connection, i) => {
    const view = tcbAt(trace, at, end, i);
    const state = statesAt(trace, at, i)[end];
    const local = socketText(connection[end]);
    const peer = socketText(end === 'left' ? connection.right : connection.left);
    // An end that is only observed has a state, and nothing else to tell.
    if (view === null) {
      if (state !== 'CLOSED' && state !== 'LISTEN')
        rows.push({
          state: SS[state] ?? state,
          recv: '0',
          send: '0',
          local,
          peer,
          timer: '',
        });
      return;
    }
    const { snd, rcv, timers, backoff } = view;
    const passed = sinceView(trace, at, end, i);
    // A SYN that is not acknowledged is no text.
    const opening = view.state === 'SYN-SENT' || view.state === 'SYN-RECEIVED';
    const [timer] = Object.entries(timers);
    rows.push({
      state: SS[view.state] ?? view.state,
      recv: String(rcv.unread),
      // Our FIN, acknowledged, is beyond the end of the text.
      send: String(opening ? 0 : Math.max(0, (snd.end - snd.una) | 0)),
      local,
      peer,
      timer:
        timer === undefined
          ? ''
          : `timer:(${SS_TIMERS[timer[0]] ?? timer[0]},${msText(leftOf(timer[1], passed))},${backoff})`,
    });
  });
  return rows;
}

/** `ss -tano` on both hosts. Where there is little room a socket has two lines. */
export function tableLines(trace: Trace, at: number, lang: Lang, size: PaneSize): string[] {
  const wide = size.columns >= BESIDE;
  const hosts = ENDS.map((end) => ({ end, rows: socketsAt(trace, at, end, lang) }));
  const all = hosts.flatMap(({ rows }) => rows);
  const column = (heading: string, of: (row: SocketRow) => string): number =>
    Math.max(textWidth(heading), ...all.map((row) => textWidth(of(row))));
  const locals = column('Local', ({ local }) => local);
  const peers = column('Peer', ({ peer }) => peer);
  const line = ({ state, recv, send, local, peer, timer }: SocketRow): string[] => {
    const begin = `${state.padEnd(10)} ${recv.padStart(6)} ${send.padStart(6)}`;
    if (wide) return [`${begin}  ${local.padEnd(locals)} ${peer.padEnd(peers)} ${timer}`.trimEnd()];
    return [begin, `  ${local} > ${peer}`, ...(timer === '' ? [] : [`  ${timer}`])];
  };
  const heading = {
    state: 'State',
    recv: 'Recv-Q',
    send: 'Send-Q',
    local: 'Local',
    peer: 'Peer',
    timer: 'Timer',
  };
  return [
    styled(line(heading)[0] ?? '', DIM, size.colour),
    ...hosts.flatMap(({ end, rows }) => [
      styled(trace.ends[end].name, BOLD, size.colour),
      ...(rows.length === 0 ? ['-'] : rows.flatMap(line)),
    ]),
  ];
}

function queuesAt(trace: Trace, at: number): QueueView | null {
  for (let i = Math.min(at, trace.events.length - 1); i >= 0; i--) {
    const queues = trace.events[i]?.queues;
    if (queues !== undefined) return queues;
  }
  return null;
}

function socketText({ address, port }: { readonly address: string; readonly port: number }): string {
  return formatEndpoint(address, port);
}

/** As ss writes times: 672ms, 1.2sec, 59sec. */
function msText(ms: number): string {
  if (ms < 1000) return `${ms}ms`;
  return ms < 10_000 ? `${Math.round(ms / 100) / 10}sec` : `${Math.round(ms / 1000)}sec`;
}
