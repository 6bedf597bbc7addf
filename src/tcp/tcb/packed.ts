// A TCB packed: what it differs in from one that is like it, as int32 words behind a bit for each number. Connections in
// the same state have much in common once sequence numbers are counted from ISS and IRS, and times from when the peer was
// last heard: some that were packed are the models of those that follow. Which numbers there are is the schema's to say, so
// that none is forgotten. What the congestion control remembers follows: what differs from its state at the start, and what
// of that is no int32 as a double.

import { type ControlState, controlOf } from '../congestion/control.ts';
import { AccEcn } from './acc-ecn.ts';
import { ReceiveMemory } from './receive-memory.ts';
import { type Field, PARTS, PARTS_ON_DEMAND, TCB } from './schema.ts';
import type { Tcb } from './tcb.ts';

type Part = Record<string, number>;

/** The parts that stay as long as the connection does, once it has them. */
type Lasting = 'accEcn' | 'memory';
type PartName = keyof typeof PARTS | Lasting | null;

/** The TCB itself, those of its parts that are always there, and those that stay. */
const PART_NAMES = [null, ...Object.keys(PARTS), 'accEcn', 'memory'] as PartName[];
/** Numbers that the schema has a row for. */
const NUMBERS = PART_NAMES.reduce((count, part) => count + Object.keys(rowsOf(part)).length, 0);
const BIT_WORDS = (NUMBERS + 31) >> 5;

function rowsOf(part: PartName): Readonly<Record<string, Field>> {
  if (part === null) return TCB;
  return part === 'accEcn' || part === 'memory' ? PARTS_ON_DEMAND[part] : PARTS[part];
}

/** In place of what a TCB does not have: nothing differs. */
const ABSENT = { accEcn: new AccEcn(), memory: new ReceiveMemory() } as const;

function partOf(tcb: Tcb, part: PartName): Part {
  return (part === null ? tcb : (tcb[part] ?? ABSENT[part as Lasting])) as unknown as Part;
}

/** What a number is counted from. The bases themselves (`SELF`) come first in a record; what is no number is `NO`. */
const From = { ZERO: 0, ISS: 1, IRS: 2, HEARD_MS: 3, HEARD_US: 4, SELF: 5, NO: 6 } as const;

/** Where the bases stand in a record, after the model: ISS, IRS, when the peer was last heard. */
const BASES = 1;
const BITS = 4;

function baseOf(part: PartName, name: string): number {
  if (!Object.hasOwn(rowsOf(part), name)) return From.NO;
  if (name === 'iss' || name === 'irs' || name === 'heardMs') return From.SELF;
  switch (rowsOf(part)[name]?.[0]) {
    case 'seq':
      return part === 'rcv' || name === 'wl1' ? From.IRS : From.ISS;
    case 'ms':
    case 'deadline':
      return From.HEARD_MS;
    case 'us':
      return From.HEARD_US;
    default:
      return From.ZERO;
  }
}

/** What stands for 0, which is no sequence number and no time in most places that have it. */
const NOUGHT = 1 << 31;

/** A number as it is counted from `base`: each has one such, and each is one. */
function counted(value: number, base: number): number {
  if (value === 0) return NOUGHT;
  const from = (value - base) | 0;
  return from === NOUGHT ? -base | 0 : from;
}

/** The number that is so counted. */
function uncounted(from: number, base: number): number {
  if (from === NOUGHT) return 0;
  return from === (-base | 0) ? (base + NOUGHT) | 0 : (from + base) | 0;
}

/**
 * The fields of one part, in the order in which its class has them, and their values in a new TCB. A part is read as a
 * whole (`Object.values`): field by field, by name, takes V8 some times as long.
 */
interface Fields {
  readonly part: PartName;
  readonly names: readonly string[];
  readonly from: readonly number[];
  readonly usual: readonly unknown[];
}

function fieldsOf(fresh: Tcb): readonly Fields[] {
  return PART_NAMES.map((part) => {
    const names = Object.keys(partOf(fresh, part));
    const from = names.map((name) => baseOf(part, name));
    return { part, names, from, usual: Object.values(partOf(fresh, part)) };
  });
}

/** A TCB that others in its state differ little from: its numbers as they are counted. */
interface Model {
  readonly state: number;
  readonly numbers: Int32Array;
}

/** Who differs from every model of its state in more numbers is the next model, while there are few. */
const LIKE = 12;
const MODELS_OF_A_STATE = 4;

/** Most numbers in the state of a congestion control. */
const MOST_OF_CONTROL = 31;
/** A bit for each that differs, and a bit for each that is a double. */
const CONTROL_BITS = 2;
/** Beside the number of the model: there is a state of the congestion control. */
const HAS_CONTROL = 1 << 31;
/** And: there are counters of AccECN. */
const HAS_ACC_ECN = 1 << 30;
/** And: receive memory is counted. */
const HAS_MEMORY = 1 << 29;
const MARKS = HAS_CONTROL | HAS_ACC_ECN | HAS_MEMORY;

/** Most words that a packed TCB takes. */
export const MAX_PACKED = BITS + BIT_WORDS + NUMBERS + CONTROL_BITS + 2 * MOST_OF_CONTROL;

const double = new Float64Array(1);
const halves = new Int32Array(double.buffer);

/** True when `pack` can keep all of it: nothing is outstanding, out of order or unread in counted memory, no search for a path MTU goes on. */
export function isPackable({ sent, mtuSearch, outOfOrder, marks, memory, cc }: Tcb): boolean {
  if (sent !== null || mtuSearch !== null || outOfOrder !== null || marks !== null) return false;
  if (memory !== null && (memory.queue.length > 0 || memory.beyond.length > 0)) return false;
  if (cc.own === null) return true;
  const state = Object.values(cc.own);
  return state.length <= MOST_OF_CONTROL && state.every((value) => typeof value === 'number');
}

/** Packs TCBs, and unpacks those that it has packed. */
export class TcbPacker {
  readonly #fields: readonly Fields[];
  /** Never changed, as records are made of what differs; the first is a new TCB, and is of no state. */
  readonly #models: Model[] = [];
  /** The numbers of the TCB in hand as they are counted. */
  readonly #numbers = new Int32Array(NUMBERS);

  /** `fresh`: a new TCB with the settings of most. */
  constructor(fresh: Tcb) {
    this.#fields = fieldsOf(fresh);
    this.#count(fresh);
    this.#models.push({ state: -1, numbers: this.#numbers.slice() });
  }

  /** Packs a TCB that is packable into `out`, from its beginning; how many words that takes. Its settings are not kept. */
  pack(tcb: Tcb, out: Int32Array): number {
    const numbers = this.#numbers;
    this.#count(tcb);
    const model = this.#modelFor(tcb.state);
    const { own } = tcb.cc;
    const marks = (tcb.accEcn === null ? 0 : HAS_ACC_ECN) | (tcb.memory === null ? 0 : HAS_MEMORY);
    out[0] = model | (own === null ? 0 : HAS_CONTROL) | marks;
    out[BASES] = tcb.snd.iss;
    out[BASES + 1] = tcb.rcv.irs;
    out[BASES + 2] = tcb.heardMs;
    out.fill(0, BITS, BITS + BIT_WORDS);
    const like = (this.#models[model] as Model).numbers;
    let at = BITS + BIT_WORDS;
    for (let i = 0; i < NUMBERS; i++) {
      if (numbers[i] === like[i]) continue;
      out[BITS + (i >> 5)] = (out[BITS + (i >> 5)] as number) | (1 << (i & 31));
      out[at++] = numbers[i] as number;
    }
    return own === null ? at : packControl(tcb, own, out, at);
  }

  /** `tcb`, a new one with the settings of most, becomes what was packed into `words` from index `first` on. */
  unpack(words: Int32Array, first: number, tcb: Tcb): void {
    const head = words[first] as number;
    const like = (this.#models[head & ~MARKS] as Model).numbers;
    if ((head & HAS_ACC_ECN) !== 0) tcb.accEcn = new AccEcn();
    if ((head & HAS_MEMORY) !== 0) tcb.memory = new ReceiveMemory();
    const iss = words[first + BASES] as number;
    const irs = words[first + BASES + 1] as number;
    const heardMs = words[first + BASES + 2] as number;
    const bases = [0, iss, irs, heardMs, Math.imul(heardMs, 1000)];
    const bits = first + BITS;
    let at = bits + BIT_WORDS;
    let n = 0;
    for (const { part, names, from, usual } of this.#fields) {
      const values = partOf(tcb, part);
      for (let j = 0; j < names.length; j++) {
        const base = from[j] as number;
        if (base === From.NO) continue;
        const differs = ((words[bits + (n >> 5)] as number) & (1 << (n & 31))) !== 0;
        const number = (differs ? words[at++] : like[n]) as number;
        n++;
        if (base === From.SELF) continue;
        const value = base === From.ZERO ? number : uncounted(number, bases[base] as number);
        if (value !== usual[j]) values[names[j] as string] = value;
      }
    }
    tcb.snd.iss = iss;
    tcb.rcv.irs = irs;
    tcb.heardMs = heardMs;
    if ((head & HAS_CONTROL) !== 0) unpackControl(words, at, tcb);
  }

  /** Reads the numbers of a TCB, as they are counted. */
  #count(tcb: Tcb): void {
    const numbers = this.#numbers;
    const bases = [0, tcb.snd.iss, tcb.rcv.irs, tcb.heardMs, Math.imul(tcb.heardMs, 1000)];
    let n = 0;
    for (const { part, from } of this.#fields) {
      const values = Object.values(partOf(tcb, part));
      for (let j = 0; j < from.length; j++) {
        const base = from[j] as number;
        if (base === From.NO) continue;
        const value = values[j] as number;
        numbers[n++] =
          base === From.ZERO ? value : base === From.SELF ? 0 : counted(value, bases[base] as number);
      }
    }
  }

  /** The number of the model that the TCB in hand, which is in `state`, is packed by; it may become one. */
  #modelFor(state: number): number {
    const models = this.#models;
    let best = 0;
    let least = this.#differsFrom(0);
    let ofState = 0;
    for (let i = 1; i < models.length && least > LIKE; i++) {
      if ((models[i] as Model).state !== state) continue;
      ofState++;
      const differing = this.#differsFrom(i);
      if (differing >= least) continue;
      least = differing;
      best = i;
    }
    if (least <= LIKE || ofState === MODELS_OF_A_STATE) return best;
    return models.push({ state, numbers: this.#numbers.slice() }) - 1;
  }

  /** In how many numbers the TCB in hand differs from a model. */
  #differsFrom(model: number): number {
    const numbers = this.#numbers;
    const like = (this.#models[model] as Model).numbers;
    let differing = 0;
    for (let i = 0; i < NUMBERS; i++) if (numbers[i] !== like[i]) differing++;
    return differing;
  }
}

/** The state of the congestion control as it starts: a function of the numbers of the TCB, by its contract. */
function startOf(tcb: Tcb): ControlState | null {
  return controlOf(tcb).start(tcb, 0);
}

function packControl(tcb: Tcb, own: ControlState, out: Int32Array, at: number): number {
  const start = startOf(tcb) as Part;
  let differing = 0;
  let doubles = 0;
  let next = at + CONTROL_BITS;
  Object.entries(own as Part).forEach(([name, value], i) => {
    if (Object.is(value, start[name])) return;
    differing |= 1 << i;
    if (Object.is(value | 0, value)) {
      out[next++] = value;
      return;
    }
    doubles |= 1 << i;
    double[0] = value;
    out[next++] = halves[0] as number;
    out[next++] = halves[1] as number;
  });
  out[at] = differing;
  out[at + 1] = doubles;
  return next;
}

function unpackControl(words: Int32Array, at: number, tcb: Tcb): void {
  const own = startOf(tcb) as Part;
  const differing = words[at] as number;
  const doubles = words[at + 1] as number;
  let next = at + CONTROL_BITS;
  Object.keys(own).forEach((name, i) => {
    if ((differing & (1 << i)) === 0) return;
    if ((doubles & (1 << i)) === 0) {
      own[name] = words[next++] as number;
      return;
    }
    halves[0] = words[next++] as number;
    halves[1] = words[next++] as number;
    own[name] = double[0] as number;
  });
  tcb.cc.own = own;
}
