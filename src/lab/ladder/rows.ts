// From a trace to the rows of a ladder: what stands where, in words, before anybody draws it. Every
// renderer takes these rows; none looks at the trace.

import { needed, realOrInfinity, Schema, whole } from '../../options/index.ts';
import type { StateName } from '../../tcp/index.ts';
import { dropLabel } from '../explain/drops.ts';
import { RelativeNumbers } from '../numbers.ts';
import { shown } from '../options.ts';
import type { Lang } from '../text/index.ts';
import { printable } from '../text/index.ts';
import { type End, otherEnd, type States, type Trace, type TraceEvent, type TraceSegment } from '../trace.ts';
import { isTwoMsl, lostLabel, type WordKey, waitText, word, words } from './words.ts';

/** Options of {@link LadderRows}. */
export interface RowOptions {
  readonly lang: Lang;
  /** Sequence numbers as they are on the wire; default: counted from each end's ISS. */
  readonly absolute?: boolean;
  /** Idle time in microseconds from which a gap row stands for it. Default 250 000. */
  readonly gapUs?: number;
  /** Longest text shown of what was written or read, in characters. Default 60. */
  readonly quoteColumns?: number;
  /** Maximum segment lifetime of the hosts, milliseconds: what a wait of 2 MSL is. Default: any is. */
  readonly mslMs?: number;
}

/** What kind of segment an arrow is, for its colour. */
export type Tone = 'syn' | 'fin' | 'rst' | 'data' | 'ack';

/** What all rows but gaps have. */
interface RowBase {
  /** Microseconds since the beginning. */
  readonly t: number;
  /** Index of the connection that it belongs to. */
  readonly connection: number;
  readonly states: States;
  /** Which ends changed their state with this row. */
  readonly changed: Readonly<Record<End, boolean>>;
  /** The rules behind the changes: `syn-sent-syn-ack §3.10.7.3`. */
  readonly rules: readonly string[];
}

/** A segment leaves. */
export interface DepartRow extends RowBase {
  readonly kind: 'depart';
  readonly id: number;
  readonly from: End;
  readonly tone: Tone;
  /** `SYN,ACK`, `seq=0`, `ack=1`…: may be broken between words. */
  readonly label: readonly string[];
  /** The options of a SYN, and SACK blocks, likewise. */
  readonly options: readonly string[];
  readonly retransmission: boolean;
  /** Nobody sent it: it was forged. */
  readonly injected: boolean;
}

/** A segment arrives, or does not: `lost`. */
export interface ArriveRow extends RowBase {
  readonly kind: 'arrive' | 'lost';
  readonly id: number;
  readonly to: End;
  readonly tone: Tone;
  /** It is under way no longer: no copy follows. */
  readonly copy: number;
  /** Why it was lost or discarded, or that it is a copy; '' for nothing to say. */
  readonly note: string;
}

/** A program's call, at the outer edge of its end. */
export interface CallRow extends RowBase {
  readonly kind: 'call';
  readonly end: End;
  /** `write(27)`. */
  readonly call: string;
  /** 'in': the program gives something to TCP; 'out': TCP gives the program something. */
  readonly direction: 'in' | 'out';
  /** What was written or read, quoted; '' for nothing. */
  readonly note: string;
}

/** A timer, a state change without a segment, or a fault of a host or the wire. */
export interface NoteRow extends RowBase {
  readonly kind: 'timer' | 'change' | 'fault';
  /** For what happens to the wire: left. */
  readonly end: End;
  readonly note: string;
  /** A fault of the wire, not of a host. */
  readonly onWire: boolean;
  /** Something failed, rather than came back or took its course. */
  readonly bad: boolean;
  /** 'begin' and 'end' of a time that is waited; between them the end waits, and may begin anew ('again'). */
  readonly bracket: 'begin' | 'again' | 'end' | null;
}

/** Nothing happened for so long. */
export interface GapRow {
  readonly kind: 'gap';
  /** Where it ends, and how long it is, in microseconds. */
  readonly t: number;
  readonly us: number;
  readonly note: string;
}

/** A row of a ladder. */
export type Row = DepartRow | ArriveRow | CallRow | NoteRow | GapRow;

/** What TCP tells the program, rather than the program TCP. */
const TOLD: ReadonlySet<string> = new Set(['connected', 'read', 'accept', 'eof', 'error']);
/** Longest text shown of what was written or read. */
const QUOTE = 60;
/** Segments that can still arrive with their colour. */
const REMEMBERED = 4096;

const rowOptions = new Schema<RowOptions>('LadderRows', {
  lang: needed(shown.lang),
  absolute: shown.absolute,
  gapUs: realOrInfinity(0),
  quoteColumns: whole(1),
  mslMs: realOrInfinity(0),
});

/** Makes rows of events, one event at a time. */
export class LadderRows {
  readonly #options: RowOptions;
  /** By connection. */
  readonly #numbers = new Map<number, RelativeNumbers>();
  /** What the ends have sent: what is put on the wire again is a copy of it, and not forged. */
  readonly #packets = new Set<string>();
  /** Of the last segments: what an arrival has to know of its departure. */
  readonly #departed = new Map<number, { readonly tone: Tone; readonly text: string }>();
  /** Ends in TIME-WAIT whose wait was told, by connection and end: whether it is one of 2 MSL. */
  readonly #waiting = new Map<string, boolean>();
  /** What the SYN of an end has offered, and whether its last window was a small part of that. */
  readonly #windows = new Map<string, { offered: number; scale: number | null; narrow: boolean }>();
  /** The shift by which an end reads the windows of the other one, where TCBs are told. */
  readonly #scales = new Map<string, number>();
  #last = 0;

  /** Throws OptionTypeError, OptionRangeError. */
  constructor(options: RowOptions) {
    rowOptions.check(options);
    this.#options = options;
  }

  /** For the events of a trace, whose MSL is known. */
  static of({ scenario }: Trace, options: RowOptions): LadderRows {
    return new LadderRows(scenario === undefined ? options : { ...options, mslMs: scenario.mslMs });
  }

  /** The rows of the next event: a gap if there was one, and its own. */
  push(event: TraceEvent): Row[] {
    for (const end of ['left', 'right'] as const) {
      const tcb = event.tcbs?.[end];
      if (tcb != null) this.#scales.set(`${event.connection}${end}`, tcb.snd.wscale);
    }
    const rows: Row[] = [];
    const us = event.t - this.#last;
    if (us >= (this.#options.gapUs ?? 250_000)) {
      const seconds = (us / 1e6).toFixed(2);
      rows.push({ kind: 'gap', t: event.t, us, note: this.#word('gap', { seconds }) });
    }
    const own = [this.#row(event), ...this.#cutShort(event)].filter((row) => row !== null);
    if (own.length === 0) return [];
    this.#last = event.t;
    return [...rows, ...own];
  }

  /** TIME-WAIT that ends with an arrival, or a crash, ends its 2 MSL before their time. */
  #cutShort(event: TraceEvent): Row[] {
    if (event.kind === 'change') return [];
    return event.changes.flatMap(({ end, from }) => {
      const twoMsl = this.#waits(event.connection, end);
      if (from !== 'TIME-WAIT' || twoMsl === undefined) return [];
      const base = this.#base({ ...event, changes: [] });
      const note = this.#word(twoMsl ? 'twoMslCut' : 'waitCut');
      return [{ ...base, kind: 'timer', end, onWire: false, bad: false, note, bracket: 'end' } as const];
    });
  }

  /** A wait ends: whether it was one of 2 MSL; undefined when there was none. */
  #waits(connection: number, end: End): boolean | undefined {
    const key = `${connection}${end}`;
    const twoMsl = this.#waiting.get(key);
    this.#waiting.delete(key);
    return twoMsl;
  }

  #word(key: WordKey, params: Record<string, string | number> = {}): string {
    return word(this.#options.lang, key, params);
  }

  #base(event: TraceEvent): RowBase {
    const { t, connection, states, changes } = event;
    const rules = changes.map(({ rule, section }) =>
      rule === null ? this.#word('asObserved') : `${rule} ${sectionText(section ?? '')}`,
    );
    const changed = {
      left: changes.some(({ end }) => end === 'left'),
      right: changes.some(({ end }) => end === 'right'),
    };
    return { t, connection, states, changed, rules };
  }

  #row(event: TraceEvent): Row | null {
    const base = this.#base(event);
    switch (event.kind) {
      case 'sent': {
        const { id, from, segment, retransmission, connection } = event;
        const injected = event.injected === true;
        this.#numbersOf(connection).push(event);
        const tone = toneOf(segment);
        const label = [
          ...this.#label(connection, from, segment),
          ...(injected ? [] : this.#windowText(connection, from, segment)),
        ];
        this.#departed.set(id, { tone, text: label.slice(0, 2).join(' ') });
        this.#departed.delete(id - REMEMBERED);
        if (retransmission) label.push(this.#word('retransmission'));
        if (event.again !== undefined) label.push(this.#word('partAgain', { n: event.again }));
        const copy = event.packet !== undefined && this.#packets.has(event.packet);
        if (injected) label.push(this.#word(copy ? 'oldCopy' : 'injected'));
        else if (event.packet !== undefined) this.#packets.add(event.packet);
        const options = this.#optionsText(connection, from, segment);
        return { ...base, kind: 'depart', id, from, tone, label, options, retransmission, injected };
      }
      case 'arrived': {
        const { id, to, copy, discarded } = event;
        const notes =
          copy > 0 ? [this.#word('duplicate', { segment: this.#departed.get(id)?.text ?? `#${id}` })] : [];
        if (event.flipped !== undefined) notes.push(this.#word('damaged'));
        if (event.marked === true) notes.push(this.#word('marked'));
        if (discarded !== null)
          notes.push(this.#word('discarded', { reason: dropLabel(discarded, this.#options.lang) }));
        return { ...base, kind: 'arrive', id, to, copy, tone: this.#tone(id), note: notes.join(', ') };
      }
      case 'lost': {
        const { id, to, copy, reason } = event;
        const note = this.#word('lost', { reason: lostLabel(reason, this.#options.lang) });
        return { ...base, kind: 'lost', id, to, copy, tone: this.#tone(id), note };
      }
      case 'call': {
        const { end, call, octets, text } = event;
        const direction = TOLD.has(call) ? 'out' : 'in';
        const name =
          call === 'eof' ? 'read(): 0' : call === 'error' ? (text ?? '') : `${call}(${octets ?? ''})`;
        const note =
          call === 'eof'
            ? this.#word('eof')
            : text === null || call === 'error'
              ? ''
              : quote(text, this.#options.quoteColumns ?? QUOTE);
        return { ...base, kind: 'call', end, call: name, direction, note };
      }
      case 'timer':
        return this.#timerRow(event, base);
      case 'change':
        return this.#changeRow(event, base);
      case 'fault':
        return {
          ...base,
          kind: 'fault',
          end: event.end ?? 'left',
          onWire: event.end === null,
          bad: event.what === 'crash' || event.what === 'cut',
          note: this.#word(event.what),
          bracket: null,
        };
    }
  }

  #tone(id: number): Tone {
    return this.#departed.get(id)?.tone ?? 'ack';
  }

  #timerRow(event: TraceEvent & { kind: 'timer' }, base: RowBase): Row | null {
    const { end, timer, what, ms } = event;
    if (what === 'cancelled') return null;
    if (what === 'set') {
      if (timer !== '2msl') return null;
      const key = `${event.connection}${end}`;
      const bracket = this.#waiting.has(key) ? 'again' : 'begin';
      const { lang, mslMs } = this.#options;
      this.#waiting.set(key, isTwoMsl(ms ?? 0, mslMs));
      const note = waitText(lang, ms ?? 0, mslMs);
      return { ...base, kind: 'timer', end, onWire: false, bad: false, note, bracket };
    }
    const name = timer in words ? this.#word(timer as WordKey) : timer;
    return {
      ...base,
      kind: 'timer',
      end,
      onWire: false,
      bad: false,
      note: this.#word('timerFired', { timer: name }),
      bracket: null,
    };
  }

  #changeRow(event: TraceEvent & { kind: 'change' }, base: RowBase): Row {
    const change = event.changes[0];
    const end = change?.end ?? 'left';
    const twoMsl = change?.from === 'TIME-WAIT' ? this.#waits(event.connection, end) : undefined;
    const over = twoMsl !== undefined;
    const note =
      over && change?.rule === 'time-wait-timeout' ? this.#word(twoMsl ? 'twoMslOver' : 'waitOver') : '';
    return { ...base, kind: 'change', end, onWire: false, bad: false, note, bracket: over ? 'end' : null };
  }

  #numbersOf(connection: number): RelativeNumbers {
    let numbers = this.#numbers.get(connection);
    if (numbers === undefined) this.#numbers.set(connection, (numbers = new RelativeNumbers()));
    return numbers;
  }

  /** A sequence number of `end`, as it is shown. */
  #number(connection: number, end: End, n: number): string {
    return this.#options.absolute === true ? String(n) : this.#numbersOf(connection).text(end, n);
  }

  #label(connection: number, from: End, { flags, seq, ack, length, urgent, ace }: TraceSegment): string[] {
    const label = [flags, `seq=${this.#number(connection, from, seq)}`];
    if (ack !== null) label.push(`ack=${this.#number(connection, otherEnd(from), ack)}`);
    if (length > 0) label.push(`len=${length}`);
    if (urgent !== undefined) label.push(`urg=${urgent}`);
    // In a SYN these are three bits, then a counter (RFC 9768 section 3.2.2).
    if (ace !== undefined)
      label.push(flags.includes('SYN') ? `AE,CWR,ECE=${ace.toString(2).padStart(3, '0')}` : `ACE=${ace}`);
    return label;
  }

  /** The window, where it is the point: a small part of what the SYN offered, wide again, or read otherwise than meant. */
  #windowText(connection: number, from: End, { flags, window, options }: TraceSegment): string[] {
    if (flags.includes('RST')) return [];
    const key = `${connection}${from}`;
    if (flags.includes('SYN')) {
      this.#windows.set(key, { offered: window, scale: options.windowScale ?? null, narrow: false });
      return [];
    }
    const own = this.#windows.get(key);
    const peer = this.#windows.get(`${connection}${otherEnd(from)}`);
    if (own === undefined || peer === undefined) return [];
    const shift = own.scale === null || peer.scale === null ? 0 : own.scale;
    const meant = window * 2 ** shift;
    const read = this.#scales.get(`${connection}${otherEnd(from)}`) ?? shift;
    if (read !== shift) return [`win=${window * 2 ** read}`, this.#word('windowMeans', { n: meant })];
    const was = own.narrow;
    own.narrow = meant < own.offered / 2;
    return own.narrow || was ? [`win=${meant}`] : [];
  }

  #optionsText(connection: number, from: End, { flags, options }: TraceSegment): string[] {
    const text: string[] = [];
    const { mss, windowScale, sackPermitted, timestamps, sack, fastOpen, accEcn } = options;
    if (flags.includes('SYN')) {
      if (mss !== undefined) text.push(`mss=${mss}`);
      if (windowScale !== undefined) text.push(`wscale=${windowScale}`);
      if (sackPermitted !== undefined) text.push('SACK');
      if (timestamps !== undefined) text.push('timestamps');
      if (fastOpen !== undefined) text.push(fastOpen === 0 ? 'TFO?' : 'TFO-cookie');
    }
    if (accEcn !== undefined)
      text.push(['ECN', ...Object.entries(accEcn).map(([name, octets]) => `${name}=${octets}`)].join(' '));
    const of = otherEnd(from);
    for (const [left, right] of sack ?? [])
      text.push(`sack=${this.#number(connection, of, left)}..${this.#number(connection, of, right)}`);
    return text;
  }
}

function toneOf({ flags, length }: TraceSegment): Tone {
  if (flags.includes('RST')) return 'rst';
  if (flags.includes('SYN')) return 'syn';
  if (flags.includes('FIN')) return 'fin';
  return length > 0 ? 'data' : 'ack';
}

function quote(text: string, most: number): string {
  const line = printable(text.replace(/\s+/g, ' ').trim());
  return line === '' ? '' : `"${line.length > most ? `${line.slice(0, most)}...` : line}"`;
}

/** "§3.10.7.4"; what is not a section of RFC 9293 names its RFC. */
function sectionText(section: string): string {
  return /^\d/.test(section) ? `§${section}` : section;
}

/** Seconds without needless zeros: 0.5, 60. */
export function secondsText(ms: number): string {
  return String(Math.round(ms) / 1000);
}

/** All rows of a state name's column are this wide: SYN-RECEIVED. */
export const STATE_COLUMNS: number = ('SYN-RECEIVED' satisfies StateName).length;
