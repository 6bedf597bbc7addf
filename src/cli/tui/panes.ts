// What stands beside or below the ladder: the explanation, the TCBs and what changed in them, the octets, the
// sockets as `ss` lists them, the scenario's own words, and the difference of two segments.

import {
  type End,
  type Lang,
  numbersOf,
  type QueueView,
  type RelativeNumbers,
  statesAt,
  type TcbView,
  type Trace,
  tcbAt,
  textWidth,
  wrapText,
} from '../../lab/index.ts';
import { type MessageKey, type Params, t } from '../messages.ts';
import { dissect, type Field, fieldsAt, packetAt } from './dissect.ts';
import { labelsOf } from './labels.ts';
import { type OpenRun, sentOf, shown, type TuiModel, type TuiWorld } from './model.ts';
import { fitted, styled } from './paint.ts';

/** The room of a pane. */
export interface PaneSize {
  readonly columns: number;
  readonly rows: number;
  readonly colour: boolean;
  readonly ascii: boolean;
}

const BOLD = '1';
const DIM = '2';
const REVERSE = '7';
const ENDS: readonly End[] = ['left', 'right'];

/** The lines of the pane that is chosen; may be more than fit. */
export function paneLines(model: TuiModel, open: OpenRun, world: TuiWorld, size: PaneSize): string[] {
  const trace = shown(open);
  switch (open.pane) {
    case 'explain':
      return explainLines(model, open, world, size);
    case 'tcb':
      return tcbLines(trace, open.at, model, size);
    case 'bytes':
      return byteLines(trace, open, model.lang, size);
    case 'table':
      return tableLines(trace, open.at, model.lang, size);
    case 'story':
      return storyLines(model, open, size);
    case 'diff':
      return diffLines(trace, open, model.lang, size);
  }
}

function wrapped(text: string, size: PaneSize): string[] {
  return text.split('\n').flatMap((line) => wrapText(line, size.columns));
}

function explainLines(model: TuiModel, open: OpenRun, world: TuiWorld, size: PaneSize): string[] {
  const trace = shown(open);
  const { lang, absolute } = model;
  if (open.at < 0) return [t(lang, 'tuiBegin')];
  const label = labelsOf(trace, lang, absolute)[open.at] ?? '';
  const event = trace.events[open.at];
  const changes = (event?.changes ?? []).map(({ end, from, to, rule, section }) => {
    const why = rule === null ? '' : `  (${rule}, ${/^\d/.test(section ?? '') ? 'RFC 9293 ' : ''}${section})`;
    return `${trace.ends[end].name}: ${from} ${size.ascii ? '->' : '→'} ${to}${why}`;
  });
  return [
    ...wrapped(label, size).map((line) => styled(line, BOLD, size.colour)),
    ...changes.flatMap((line) => wrapped(line, size)),
    ...world.explain(trace, open.at, lang).flatMap((text) => wrapped(text, size)),
  ];
}

/** The scenario's question, explanation, what to notice, and Linux. */
function storyLines({ lang }: TuiModel, { scenario, edits }: OpenRun, size: PaneSize): string[] {
  const { question, explanation, notice, linux } = scenario;
  const edited = edits.length === 0 ? [] : [t(lang, 'labEdits', { edits: edits.join('; ') })];
  return [
    ...wrapped(question[lang], size).map((line) => styled(line, BOLD, size.colour)),
    ...edited.flatMap((text) => wrapped(text, size)),
    ...wrapped(explanation[lang], size),
    ...(notice.length === 0 ? [] : [styled(t(lang, 'labNotice'), DIM, size.colour)]),
    ...notice.flatMap((text) => bullet(text[lang], size)),
    ...(linux === undefined ? [] : wrapped(t(lang, 'labLinux', { text: linux[lang] }), size)),
  ];
}

function bullet(text: string, size: PaneSize): string[] {
  const lines = wrapped(text, { ...size, columns: size.columns - 2 });
  return lines.map((line, i) => `${i === 0 ? '- ' : '  '}${line}`);
}

// The TCBs.

type Named = readonly [name: string, value: string];

/** Milliseconds since the trace told the TCB that an end has at an event: so much its timers have run down. `before`: the last event to look at. */
function sinceView(trace: Trace, at: number, end: End, connection: number, before = at): number {
  const now = trace.events[at]?.t ?? 0;
  for (let i = before; i >= 0; i--) {
    const event = trace.events[i];
    if (event?.connection === connection && event.tcbs?.[end] !== undefined) return (now - event.t) / 1000;
  }
  return 0;
}

function leftOf(ms: number, passedMs: number): number {
  return Math.max(0, Math.round(ms - passedMs));
}

/**
 * Every field of a TCB as a name and a value; sequence numbers counted from the ISS if `numbers` are given.
 * `passedMs`: since the view was taken.
 */
export function tcbFields(view: TcbView, end: End, numbers: RelativeNumbers | null, passedMs = 0): Named[] {
  const { snd, rcv, timers, options } = view;
  const peer: End = end === 'left' ? 'right' : 'left';
  const n = (of: End, value: number): string => numbers?.text(of, value) ?? String(value);
  // IRS and RCV.NXT mean nothing before the peer's SYN.
  const heard = view.state !== 'SYN-SENT' && view.state !== 'LISTEN' && view.state !== 'CLOSED';
  const running = Object.entries(timers).map(([name, ms]) => `${name} ${leftOf(ms, passedMs)}ms`);
  return [
    ['state', view.state],
    ['snd.iss', n(end, snd.iss)],
    ['snd.una', n(end, snd.una)],
    ['snd.nxt', n(end, snd.nxt)],
    ['snd.end', `${n(end, snd.end)}${snd.fin ? ' FIN' : ''}`],
    ['snd.wnd', String(snd.wnd)],
    ['snd.mss', String(snd.mss)],
    ['rcv.nxt', heard ? n(peer, rcv.nxt) : '-'],
    ['rcv.wnd', String(rcv.wnd)],
    ['rcv.unread', String(rcv.unread)],
    ['rcv.ranges', rcv.ranges.map(([a, b]) => `${n(peer, a)}..${n(peer, b)}`).join(' ') || '-'],
    ['rcv.fin', rcv.fin === null ? '-' : n(peer, rcv.fin)],
    ['timers', running.join(', ') || '-'],
    ['rto', `${view.rto} ms`],
    ['srtt', view.srtt === null ? '-' : `${view.srtt} ms`],
    ['backoff', String(view.backoff)],
    ['cwnd', String(view.cwnd)],
    ['ssthresh', view.ssthresh >= MOST_WINDOW ? 'max' : String(view.ssthresh)],
    [
      'options',
      [options.windowScale && 'wscale', options.sack && 'sack', options.timestamps && 'ts']
        .filter(Boolean)
        .join(' ') || '-',
    ],
  ];
}

interface FieldChange {
  readonly name: string;
  readonly was: string | null;
  readonly is: string;
}

/** The fields of an end's TCB at an event, and what they were before it; null when there is no TCB. */
export function tcbChanges(
  trace: Trace,
  at: number,
  end: End,
  connection: number,
  absolute: boolean,
): readonly FieldChange[] | null {
  const now = tcbAt(trace, at, end, connection);
  if (now === null) return null;
  const before = at > 0 ? tcbAt(trace, at - 1, end, connection) : null;
  const numbers = absolute ? null : (numbersOf(trace)[connection] ?? null);
  // A timer that runs down has not changed.
  const earlier = sinceView(trace, at, end, connection, at - 1);
  const was = new Map(before === null ? [] : tcbFields(before, end, numbers, earlier));
  const passed = sinceView(trace, at, end, connection);
  return tcbFields(now, end, numbers, passed).map(([name, is]) => {
    const old = was.get(name);
    return { name, is, was: old === undefined || old === is ? null : old };
  });
}

/** From this width on the TCBs stand beside each other, each with what changed in front. */
const BESIDE = 70;
/** The initial ssthresh: the largest window there is (RFC 7323 section 2.3). */
const MOST_WINDOW = 65_535 * 2 ** 14;

function tcbLines(trace: Trace, at: number, model: TuiModel, size: PaneSize): string[] {
  const connection = trace.events[at]?.connection ?? 0;
  const states = statesAt(trace, at, connection);
  const of = ENDS.map((end) => tcbChanges(trace, at, end, connection, model.absolute));
  const names = ENDS.map((end) => trace.ends[end].name);
  const none = t(model.lang, 'tuiNoTcb');
  if (size.columns >= BESIDE) {
    const half = (size.columns - 1) >> 1;
    const [left = [], right = []] = ENDS.map((end, i) => {
      const changes = of[i] ?? null;
      const head = styled(`${names[i]} ${states[end]}`, BOLD, size.colour);
      if (changes === null) return [head, none];
      const sorted = [
        ...changes.filter(({ was }) => was !== null),
        ...changes.filter(({ was }) => was === null),
      ];
      return [head, ...sorted.map((change) => changeText(change, half, size))];
    });
    const rows = Math.max(left.length, right.length);
    return Array.from(
      { length: rows },
      (_, i) => `${fitted(left[i] ?? '', half, size.ascii)} ${right[i] ?? ''}`,
    );
  }
  // Narrow: what changed in whole lines, then all values in a table.
  const changed = of.flatMap((changes, i) =>
    (changes ?? [])
      .filter(({ was }) => was !== null)
      .map((change) => changeText({ ...change, name: `${names[i]} ${change.name}` }, size.columns, size)),
  );
  const cell = (size.columns - 13) >> 1;
  const line = (name: string, left: string, right: string): string =>
    `  ${fitted(name, 10, size.ascii)} ${fitted(left, cell, size.ascii)} ${fitted(right, cell - 1, size.ascii)}`;
  const fields = (of[0] ?? of[1] ?? []).map(({ name }, i) =>
    line(name, of[0]?.[i]?.is ?? '-', of[1]?.[i]?.is ?? '-'),
  );
  const [left = '', right = ''] = names;
  if (fields.length === 0) return [...ENDS.map((end, i) => `${names[i]} ${states[end]}`), none];
  return [...changed, styled(line('', left, right), BOLD, size.colour), ...fields];
}

function changeText({ name, was, is }: FieldChange, width: number, size: PaneSize): string {
  const arrow = size.ascii ? '->' : '→';
  if (was === null) return fitted(`  ${name.padEnd(10)} ${is}`, width, size.ascii);
  const text = fitted(`* ${name.padEnd(10)} ${was} ${arrow} ${is}`, width, size.ascii);
  return styled(text, '1;33', size.colour);
}

// The octets.

const PER_LINE = 16;

function byteLines(trace: Trace, open: OpenRun, lang: Lang, size: PaneSize): string[] {
  const packet = packetAt(trace, open.at);
  if (packet === null) return [t(lang, 'tuiNoBytes')];
  const fields = dissect(packet);
  const field = fields[Math.min(open.field, fields.length - 1)];
  const perLine = size.columns >= 72 ? PER_LINE : PER_LINE / 2;
  const lines: string[] = [];
  const chosen = (at: number): boolean =>
    field !== undefined && at >= field.at && at < field.at + field.length;
  for (let at = 0; at < packet.length; at += perLine) {
    let text = at.toString(16).padStart(4, '0');
    for (let i = at; i < at + perLine && i < packet.length; i++) {
      const octet = (packet[i] as number).toString(16).padStart(2, '0');
      const open = chosen(i) && !(i > at && chosen(i - 1));
      const after = i > at && chosen(i - 1) && !chosen(i);
      const between = size.colour ? ' ' : open ? '[' : after ? ']' : ' ';
      text += between + (chosen(i) ? styled(octet, REVERSE, size.colour) : octet);
      if (!size.colour && chosen(i) && (i + 1 === packet.length || i + 1 === at + perLine)) text += ']';
    }
    lines.push(text);
  }
  if (field === undefined) return lines;
  const { name, value, at, length: len } = field;
  const about = wrapped(t(lang, 'tuiField', { name, value, at, len }), size);
  // The line of the field stays in sight where not all lines do.
  const room = Math.max(1, size.rows - about.length);
  const first = Math.max(0, Math.min(Math.floor(at / perLine) - (room >> 1), lines.length - room));
  const dump = lines.slice(first, first + room);
  return [
    ...about.map((line) => styled(line, BOLD, size.colour)),
    ...dump,
    ...(size.rows > about.length + dump.length + 3
      ? fieldList(fields, open.field, size, about.length + dump.length)
      : []),
  ];
}

/** The fields around the chosen one, where there is room for them. */
function fieldList(fields: readonly Field[], chosen: number, size: PaneSize, used: number): string[] {
  const room = size.rows - used - 1;
  const first = Math.max(0, Math.min(chosen - (room >> 1), fields.length - room));
  const list = fields.slice(first, first + room).map(({ name, value }, i) => {
    const here = first + i === chosen;
    const text = fitted(`${here ? '>' : ' '} ${name.padEnd(20)} ${value}`, size.columns, size.ascii);
    return here ? styled(text, REVERSE, size.colour) : text;
  });
  return ['', ...list];
}

// Sockets, as ss(8) lists them.

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
};

/** One socket, as ss has it. */
interface SocketRow {
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
function tableLines(trace: Trace, at: number, lang: Lang, size: PaneSize): string[] {
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
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** As ss writes times: 672ms, 1.2sec, 59sec. */
function msText(ms: number): string {
  if (ms < 1000) return `${ms}ms`;
  return ms < 10_000 ? `${Math.round(ms / 100) / 10}sec` : `${Math.round(ms / 1000)}sec`;
}

// The difference of two segments.

function diffLines(trace: Trace, open: OpenRun, lang: Lang, size: PaneSize): string[] {
  if (open.compared === null) return [];
  const [a, b] = open.compared;
  const [first, second] = [fieldsAt(trace, a), fieldsAt(trace, b)];
  const names = [...new Set([...first, ...second].map(({ name }) => name))];
  const value = (fields: readonly Field[], name: string): string =>
    fields.find((field) => field.name === name)?.value ?? '-';
  const rows = names.map((name) => [name, value(first, name), value(second, name)] as const);
  const differ = rows.filter(([, one, other]) => one !== other);
  const width = Math.max(8, (size.columns - 22) >> 1);
  const line = (name: string, one: string, other: string): string[] =>
    size.columns >= BESIDE
      ? [`${fitted(name, 20, size.ascii)} ${fitted(one, width, size.ascii)} ${other}`]
      : [name, `  ${one}`, `  ${other}`];
  const id = (at: number): string => {
    const sent = sentOf(trace, at);
    return sent === null ? '' : `#${sent.id} ${sent.segment.flags} ${trace.ends[sent.from].name}`;
  };
  const say = (key: MessageKey, params: Params = {}): string => t(lang, key, params);
  const tail = second.length === 0 || first.length === 0 ? [say('tuiNoBytes')] : [];
  return [
    ...line(say('tuiDiffHead'), id(a), id(b)).map((text) => styled(text, BOLD, size.colour)),
    ...differ.flatMap(([name, one, other]) => line(name, one, other)),
    ...tail,
    styled(say('tuiSame', { n: rows.length - differ.length }), DIM, size.colour),
  ];
}
