// The sums of RFC 1071 with SIMD, and copying, over the octets of a Memory: a WebAssembly module of three functions that is
// assembled here, octet by octet, when the first large Memory wants it. checksum.ts has the same in JavaScript, which is what
// it is tested against, and what there is where a platform or a policy has no WebAssembly.

/** What is used of a WebAssembly.Memory: octets that grow where they are. */
export interface LinearMemory {
  readonly buffer: ArrayBuffer;
  /** Throws a RangeError when there are no more. */
  grow(pages: number): number;
}

/** What is used of the platform's WebAssembly. */
interface Platform {
  readonly Memory: new (limits: { initial: number; maximum: number }) => LinearMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> };
}

/** Octets of a page. */
export const PAGE = 0x10000;

type Sum = (off: number, len: number, seed: number) => number;
type CopySum = (dst: number, src: number, len: number, seed: number) => number;
type Copy = (dst: number, src: number, len: number) => void;

/** The module's functions for one memory. Offsets, lengths and sums are those of checksum.ts; at most 64 KiB are summed. */
export class Simd {
  readonly sum: Sum;
  /** Source and destination do not overlap. */
  readonly copySum: CopySum;
  /** They may overlap. */
  readonly copy: Copy;

  constructor({ exports }: { readonly exports: Record<string, unknown> }) {
    this.sum = exports['sum'] as Sum;
    this.copySum = exports['copySum'] as CopySum;
    this.copy = exports['copy'] as Copy;
  }
}

const platform = (globalThis as { WebAssembly?: Platform }).WebAssembly;
/** Compiled once; null: it cannot be. */
let compiled: object | null | undefined;

/** A memory of the platform's, of at least `bytes` octets and never more than `most`; null where there is none. */
export function linearMemory(bytes: number, most: number): LinearMemory | null {
  if (platform === undefined) return null;
  try {
    return new platform.Memory({ initial: Math.ceil(bytes / PAGE), maximum: Math.ceil(most / PAGE) });
  } catch {
    return null; // so much address space there is not
  }
}

/** The functions over `memory`; null where there is no SIMD, or a policy (Content-Security-Policy) forbids the module. */
export function simdOver(memory: LinearMemory): Simd | null {
  if (platform === undefined) return null;
  try {
    compiled ??= new platform.Module(assemble());
    return new Simd(new platform.Instance(compiled, { '': { '': memory } }));
  } catch {
    compiled ??= null;
    return null;
  }
}

// WebAssembly 2.0, binary format (section 5). Types and instructions are named as in its text format.

const I32 = 0x7f;
const I64 = 0x7e;
const V128 = 0x7b;
/** Limits of a memory: at least so many pages. */
const AT_LEAST = 0;

const i32Add = 0x6a;
const i32Sub = 0x6b;
const i32And = 0x71;
const i32Shl = 0x74;
const i32ShrU = 0x76;
const i32LtU = 0x49;
const i32WrapI64 = 0xa7;
const i64ExtendI32U = 0xad;
const i64Add = 0x7c;
const i64And = 0x83;
const i64ShrU = 0x88;
const end = 0x0b;
const i32x4ExtractLane = 0x1b;
const i32x4ExtaddPairwiseI16x8U = 0x7f;
const i32x4Add = 0xae;

/** An unsigned number. */
function u(n: number): number[] {
  return n < 0x80 ? [n] : [(n & 0x7f) | 0x80, ...u(n >>> 7)];
}
/** A signed number that is not negative. */
function s(n: number): number[] {
  return n < 0x40 ? [n] : [(n % 0x80) | 0x80, ...s(Math.floor(n / 0x80))];
}
const vec = (items: readonly number[][]): number[] => [...u(items.length), ...items.flat()];
const sized = (body: readonly number[]): number[] => [...u(body.length), ...body];
const name = (text: string): number[] => sized([...text].map((c) => c.charCodeAt(0)));
const get = (local: number): number[] => [0x20, ...u(local)];
const set = (local: number): number[] => [0x21, ...u(local)];
const i32Const = (n: number): number[] => [0x41, ...s(n)];
const i64Const = (n: number): number[] => [0x42, ...s(n)];
const simd = (op: number, ...rest: number[]): number[] => [0xfd, ...u(op), ...rest];
const inc = (local: number, n: number): number[] => [...get(local), ...i32Const(n), i32Add, ...set(local)];
const dec = (local: number, n: number): number[] => [...get(local), ...i32Const(n), i32Sub, ...set(local)];

/** `while (len >= n) { body }` */
function whileAtLeast(len: number, n: number, body: readonly number[]): number[] {
  return [0x02, 0x40, 0x03, 0x40, ...get(len), ...i32Const(n), i32LtU, 0x0d, 1, ...body, 0x0c, 0, end, end];
}

/** A function of the module: its locals as runs of (count, type), and its code. */
const code = (locals: readonly number[][], body: readonly number[]): number[] =>
  sized([...vec(locals), ...body, end]);

/** `sum`, or `copySum` when there is a `dst`; each is a parameter's number, and the locals follow the last. */
function summing(dst: number | null, src: number, len: number, seed: number): number[] {
  const acc = seed + 1; // i64: little-endian words, not folded
  const even = seed + 2; // v128: four sums of 32 bits
  const odd = seed + 3;
  const block = seed + 4;
  const on = (n: number): number[] => [...inc(src, n), ...(dst === null ? [] : inc(dst, n)), ...dec(len, n)];
  /** 16 octets at `at`: kept, stored, and their eight words added in pairs. */
  const take = (at: number, sums: number): number[] => [
    ...get(src),
    ...simd(0x00, 0, at),
    ...set(block),
    ...(dst === null ? [] : [...get(dst), ...get(block), ...simd(0x0b, 0, at)]),
    ...get(sums),
    ...get(block),
    ...simd(i32x4ExtaddPairwiseI16x8U),
    ...simd(i32x4Add),
    ...set(sums),
  ];
  /** What is left, by 4, 2 and 1 octets; `load64` extends to 64 bits. */
  const tail = (n: number, load64: number, load: number, store: number): number[] =>
    whileAtLeast(len, n, [
      ...get(acc),
      ...get(src),
      ...[load64, 0, 0, i64Add],
      ...set(acc),
      ...(dst === null ? [] : [...get(dst), ...get(src), ...[load, 0, 0], ...[store, 0, 0]]),
      ...on(n),
    ]);
  const lane = (i: number): number[] => [...get(even), ...simd(i32x4ExtractLane, i), i64ExtendI32U, i64Add];
  /** acc <- its low `bits` and the rest, added. */
  const foldTo = (bits: number): number[] => [
    ...get(acc),
    ...i64Const(2 ** bits - 1),
    i64And,
    ...get(acc),
    ...i64Const(bits),
    i64ShrU,
    i64Add,
    ...set(acc),
  ];
  return code(
    [
      [1, I64],
      [3, V128],
    ],
    [
      ...whileAtLeast(len, 64, [
        ...take(0, even),
        ...take(16, odd),
        ...take(32, even),
        ...take(48, odd),
        ...on(64),
      ]),
      ...whileAtLeast(len, 16, [...take(0, even), ...on(16)]),
      ...[...get(even), ...get(odd), ...simd(i32x4Add), ...set(even)],
      ...[...get(acc), ...lane(0), ...lane(1), ...lane(2), ...lane(3), ...set(acc)],
      ...tail(4, 0x35, 0x28, 0x36),
      ...tail(2, 0x33, 0x2f, 0x3b),
      ...tail(1, 0x31, 0x2d, 0x3a),
      ...[...foldTo(32), ...foldTo(16), ...foldTo(16), ...foldTo(16)],
      // The octets of the sum change places: it was of little-endian words. Then `seed`, and the last fold.
      ...[...get(acc), i32WrapI64, ...i32Const(0xff), i32And, ...i32Const(8), i32Shl],
      ...[...get(acc), i32WrapI64, ...i32Const(8), i32ShrU, i32Add, ...get(seed), i32Add, ...set(seed)],
      ...[...get(seed), ...i32Const(0xffff), i32And, ...get(seed), ...i32Const(16), i32ShrU, i32Add],
    ],
  );
}

/** The module: it imports the memory, and exports the functions of {@link Simd}. */
function assemble(): Uint8Array {
  const three = [0x60, ...vec([[I32], [I32], [I32]]), ...vec([[I32]])];
  const four = [0x60, ...vec([[I32], [I32], [I32], [I32]]), ...vec([[I32]])];
  const none = [0x60, ...vec([[I32], [I32], [I32]]), ...vec([])];
  const section = (id: number, body: readonly number[]): number[] => [id, ...sized(body)];
  const functionExport = (text: string, index: number): number[] => [...name(text), 0, index];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vec([three, four, none])),
    ...section(2, vec([[...name(''), ...name(''), 0x02, AT_LEAST, 0]])),
    ...section(3, vec([[0], [1], [2]])),
    ...section(7, vec([functionExport('sum', 0), functionExport('copySum', 1), functionExport('copy', 2)])),
    ...section(
      10,
      vec([
        summing(null, 0, 1, 2),
        summing(0, 1, 2, 3),
        code([], [...get(0), ...get(1), ...get(2), 0xfc, 0x0a, 0, 0]),
      ]),
    ),
  ]);
}
