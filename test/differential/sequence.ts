// A sequence: what a peer that is no TCP sends, and what the program does between, as plain data. Numbers are
// relative, so that one sequence means the same to two stacks that choose other numbers: SEG.SEQ to the
// peer's ISS (its SYN is 0), SEG.ACK to the ISS of the stack under test (its SYN is acknowledged by 1).

/** An option of a segment. */
export type Option =
  | { readonly kind: 'mss'; readonly octets: number }
  | { readonly kind: 'wscale'; readonly shift: number }
  | { readonly kind: 'sackOK' }
  /** `val` is relative to the peer's clock, `ecr` to the last TSval that the stack sent; null is 0. */
  | { readonly kind: 'ts'; readonly val: number; readonly ecr: number | null }
  /** Pairs left, right, relative to the ISS of the stack. */
  | { readonly kind: 'sack'; readonly blocks: readonly (readonly [number, number])[] }
  /** Octets as they are, right or wrong. */
  | { readonly kind: 'raw'; readonly octets: readonly number[] };

/** The peer sends a segment. */
export interface SegmentStep {
  readonly kind: 'segment';
  /** Control bits: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128. */
  readonly ctl: number;
  readonly seq: number;
  readonly ack: number;
  /** Octets of text. */
  readonly length: number;
  readonly wnd: number;
  readonly up: number;
  readonly options: readonly Option[];
  /** What is wrong below the numbers: the checksum, the reserved bits set, a data offset below 5. */
  readonly damage?: 'checksum' | 'reserved' | 'offset';
}

/** Calls of the program. `n`: octets, or the `how` of shutdown, or the value of an option. */
export type CallName =
  | 'listen'
  | 'connect'
  | 'accept'
  | 'read'
  | 'write'
  | 'urgent'
  | 'shutdown'
  | 'close'
  | 'abort'
  | 'unlisten'
  | 'nodelay'
  | 'cork';

/** The program makes a call. */
export interface CallStep {
  readonly kind: 'call';
  readonly call: CallName;
  readonly n: number;
}

/** One thing that happens. */
export type Step = SegmentStep | CallStep;

/** A whole sequence. */
export interface Sequence {
  readonly family: 4 | 6;
  /** The peer's ISS, and its clock of timestamps. */
  readonly iss: number;
  readonly clock: number;
  /** SO_RCVBUF of the program; 0: the default. */
  readonly receiveBuffer: number;
  readonly steps: readonly Step[];
}

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;
export const URG = 32;
export const ECE = 64;
export const CWR = 128;

const LETTERS = 'FSRPAUEW';

/** Control bits as letters: `SA`; W is CWR. */
export function letters(ctl: number): string {
  const out = [...LETTERS].filter((_, i) => (ctl & (1 << i)) !== 0).join('');
  return out === '' ? '-' : out;
}

/** SEG.LEN. */
export function segmentLength(s: { ctl: number; length: number }): number {
  return s.length + (s.ctl & FIN) + ((s.ctl & SYN) >> 1);
}

function formatOption(o: Option): string {
  switch (o.kind) {
    case 'mss':
      return `mss ${o.octets}`;
    case 'wscale':
      return `wscale ${o.shift}`;
    case 'sackOK':
      return 'sackOK';
    case 'ts':
      return `TS val ${o.val} ecr ${o.ecr === null ? 'none' : o.ecr}`;
    case 'sack':
      return `sack ${o.blocks.map(([l, r]) => `${l}:${r}`).join(' ')}`;
    case 'raw':
      return `octets ${o.octets.join(' ')}`;
  }
}

/** A step in one line. */
export function formatStep(step: Step): string {
  if (step.kind === 'call') {
    const bare = ['listen', 'connect', 'accept', 'close', 'abort', 'unlisten'].includes(step.call);
    return bare ? `${step.call}()` : `${step.call}(${step.n})`;
  }
  const { ctl, seq, ack, length, wnd, up, options, damage } = step;
  const parts = [`${letters(ctl)} ${seq}:${seq + length}(${length})`];
  if ((ctl & ACK) !== 0 || ack !== 0) parts.push(`ack ${ack}`);
  parts.push(`win ${wnd}`);
  if (up !== 0) parts.push(`urg ${up}`);
  if (options.length > 0) parts.push(`<${options.map(formatOption).join(', ')}>`);
  if (damage !== undefined) parts.push(`(bad ${damage})`);
  return parts.join(' ');
}
