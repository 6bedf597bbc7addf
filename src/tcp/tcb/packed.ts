// A TCB packed: the numbers in which it differs from a new one, as int32 words behind a bit for each field. Which fields
// there are is the schema's to say, so that none is forgotten. What the congestion control remembers follows in the same
// way: what differs from its state at the start, and what of that is no int32 as a double.

import { type ControlState, controlOf } from '../congestion/control.ts';
import { type Field, PARTS, TCB } from './schema.ts';
import type { Tcb } from './tcb.ts';

type Part = Record<string, number>;

type PartName = keyof typeof PARTS | null;

/** The TCB itself, and those of its parts that are always there. */
const PART_NAMES = [null, ...Object.keys(PARTS)] as PartName[];
/** Numbers that the schema has a row for, and what there is beside them at most. */
const MOST_FIELDS = PART_NAMES.reduce((count, part) => count + Object.keys(rowsOf(part)).length, 0) + 32;
const BIT_WORDS = (MOST_FIELDS + 31) >> 5;

function rowsOf(part: PartName): Readonly<Record<string, Field>> {
  return part === null ? TCB : PARTS[part];
}

function partOf(tcb: Tcb, part: PartName): Part {
  return (part === null ? tcb : tcb[part]) as unknown as Part;
}

/**
 * The fields of one part, in the order in which its class has them, and their values in a new TCB. What is no number has
 * no row in the schema, and no bit. A part is read as a whole (`Object.values`): field by field, by name, takes V8 some
 * times as long.
 */
interface Fields {
  readonly part: PartName;
  readonly names: readonly string[];
  readonly isNumber: readonly boolean[];
  readonly usual: readonly unknown[];
}

/** What {@link packTcb} and {@link unpackTcb} go by: the fields of a new TCB. */
export type FreshFields = readonly Fields[];

/** Those of `fresh`. */
export function fieldsOf(fresh: Tcb): FreshFields {
  return PART_NAMES.map((part) => {
    const names = Object.keys(partOf(fresh, part));
    const rows = rowsOf(part);
    return {
      part,
      names,
      isNumber: names.map((name) => Object.hasOwn(rows, name)),
      usual: Object.values(partOf(fresh, part)),
    };
  });
}

/** Most numbers in the state of a congestion control. */
const MOST_OF_CONTROL = 31;
/** A bit for each that differs, and one that there is a state at all; a bit for each that is a double. */
const CONTROL_BITS = 2;
const HAS_STATE = 1 << 31;

/** Most words that a packed TCB takes. */
export const MAX_PACKED = BIT_WORDS + MOST_FIELDS + CONTROL_BITS + 2 * MOST_OF_CONTROL;

const double = new Float64Array(1);
const halves = new Int32Array(double.buffer);

/** True when `packTcb` can keep all of it: nothing is outstanding or out of order, no search for a path MTU goes on. */
export function isPackable({ sent, mtuSearch, outOfOrder, cc }: Tcb): boolean {
  if (sent !== null || mtuSearch !== null || outOfOrder !== null) return false;
  if (cc.own === null) return true;
  const state = Object.values(cc.own);
  return state.length <= MOST_OF_CONTROL && state.every((value) => typeof value === 'number');
}

/**
 * Packs a TCB that is packable into `out`, from its beginning; how many words that takes. `fresh` is of a new TCB. Its
 * settings are not kept.
 */
export function packTcb(tcb: Tcb, fresh: FreshFields, out: Int32Array): number {
  out.fill(0, 0, BIT_WORDS);
  let bit = 0;
  let at = BIT_WORDS;
  for (let i = 0; i < fresh.length; i++) {
    const { part, isNumber, usual } = fresh[i] as Fields;
    const values = Object.values(partOf(tcb, part));
    for (let j = 0; j < usual.length; j++, bit++) {
      if (values[j] === usual[j] || isNumber[j] !== true) continue;
      out[bit >> 5] = (out[bit >> 5] as number) | (1 << (bit & 31));
      out[at++] = values[j] as number;
    }
  }
  return packControl(tcb, out, at);
}

/** `tcb`, a new one with the settings that it had, becomes what was packed into `words` from index `first` on. */
export function unpackTcb(words: Int32Array, first: number, tcb: Tcb, fresh: FreshFields): void {
  let bit = 0;
  let at = first + BIT_WORDS;
  for (let i = 0; i < fresh.length; i++) {
    const { part, names } = fresh[i] as Fields;
    const values = partOf(tcb, part);
    for (let j = 0; j < names.length; j++, bit++) {
      if (((words[first + (bit >> 5)] as number) & (1 << (bit & 31))) === 0) continue;
      values[names[j] as string] = words[at++] as number;
    }
  }
  unpackControl(words, at, tcb);
}

/** The state of the congestion control as it starts: a function of the numbers of the TCB, by its contract. */
function startOf(tcb: Tcb): ControlState | null {
  return controlOf(tcb).start(tcb, 0);
}

function packControl(tcb: Tcb, out: Int32Array, at: number): number {
  const { own } = tcb.cc;
  out[at] = 0;
  if (own === null) return at + 1;
  const start = startOf(tcb) as Part;
  let differing = HAS_STATE;
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
  const differing = words[at] as number;
  if (differing === 0) return;
  const own = startOf(tcb) as Part;
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
