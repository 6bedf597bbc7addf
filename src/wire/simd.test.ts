// The WebAssembly module against the same functions in JavaScript, and the octet by octet sum of RFC 1071.

import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { copySum, sum } from './checksum.ts';
import { Memory } from './memory.ts';
import { linearMemory, type Simd, simdOver } from './simd.ts';
import { naiveSum } from './testing.ts';

const LARGE = 1 << 20;
const u16 = fc.integer({ min: 0, max: 0xffff });
const bytesOf = (len: number, seed: number) =>
  Uint8Array.from({ length: len }, (_, i) => Math.imul(i + seed, 0x9e3779b1) >>> 24);

afterEach(() => void vi.unstubAllGlobals());

describe('sums and copies with SIMD', () => {
  it('a large Memory has them, a small one and one without WebAssembly do not', () => {
    expect(new Memory({ initial: LARGE }).simd).not.toBeNull();
    expect(new Memory().simd).toBeNull();
    expect(new Memory({ initial: LARGE, wasm: false }).simd).toBeNull();
  });

  it('give the sums of JavaScript, for any octets, length, alignment and seed', () => {
    const fast = new Memory({ initial: LARGE });
    const slow = new Memory({ initial: LARGE, wasm: false });
    fc.assert(
      fc.property(fc.nat(3000), fc.nat(70), fc.nat(70), fc.nat(255), u16, (len, a, b, fill, seed) => {
        const bytes = (fill & 3) === 0 ? new Uint8Array(len).fill(fill) : bytesOf(len, fill);
        for (const mem of [fast, slow]) {
          mem.u8.fill(0xa5, 0, 10_000);
          mem.u8.set(bytes, 64 + a);
        }
        const [src, dst] = [64 + a, 5000 + b];
        expect(sum(fast, src, len, seed)).toBe(sum(slow, src, len, seed));
        expect((fast.simd as Simd).sum(src, len, seed)).toBe(naiveSum(bytes, seed));
        expect((fast.simd as Simd).copySum(dst, src, len, seed)).toBe(copySum(slow, dst, src, len, seed));
        expect(fast.u8.slice(0, 10_000)).toEqual(slow.u8.slice(0, 10_000));
      }),
      { numRuns: 500 },
    );
  });

  it('do not overflow: 64 KiB and more of ff, of 00 ff, of ff 00', () => {
    const mem = new Memory({ initial: 4 * LARGE });
    for (const [even, odd] of [
      [0xff, 0xff],
      [0x00, 0xff],
      [0xff, 0x00],
      [0x00, 0x00],
    ] as const) {
      for (const len of [65_535, 65_536, 65_537, LARGE]) {
        const bytes = Uint8Array.from({ length: len }, (_, i) => ((i & 1) === 0 ? even : odd));
        mem.u8.set(bytes, 67);
        expect(sum(mem, 67, len, 0x1234)).toBe(naiveSum(bytes, 0x1234));
        expect(copySum(mem, 2 * LARGE, 67, len, 0)).toBe(naiveSum(bytes));
      }
    }
  });

  it('copy what overlaps as if it lay elsewhere between', () => {
    const mem = new Memory({ initial: LARGE });
    for (const [dst, src] of [
      [100, 130],
      [130, 100],
      [100, 100],
    ] as const) {
      for (const copy of [() => mem.copy(dst, src, 500), () => copySum(mem, dst, src, 500, 0)]) {
        const bytes = bytesOf(500, dst);
        mem.u8.set(bytes, src);
        copy();
        expect(mem.u8.slice(dst, dst + 500)).toEqual(bytes);
      }
    }
  });

  it('an offset outside of the Memory throws, as in JavaScript', () => {
    const { simd } = new Memory({ initial: LARGE });
    expect(() => simd?.sum(2 ** 31 - 10, 64, 0)).toThrow();
    expect(() => simd?.copy(64, -5, 64)).toThrow();
  });
});

describe('a platform without them', () => {
  const { WebAssembly: there } = globalThis as unknown as { WebAssembly: Record<string, unknown> };
  const own = { Memory: there['Memory'], Module: there['Module'], Instance: there['Instance'] };
  const fresh = async () => {
    vi.resetModules();
    const [{ Memory: M }, { sum: s }] = await Promise.all([import('./memory.ts'), import('./checksum.ts')]);
    const mem = new M({ initial: LARGE });
    const bytes = bytesOf(1460, 3);
    mem.u8.set(bytes, 64);
    expect(s(mem, 64, 1460, 7)).toBe(naiveSum(bytes, 7));
    return mem;
  };

  it('that has no WebAssembly, sums in JavaScript', async () => {
    vi.stubGlobal('WebAssembly', undefined);
    expect((await fresh()).simd).toBeNull();
  });

  it('whose policy forbids modules, does so, too; its memory grows where it is all the same', async () => {
    class Module {
      constructor() {
        throw new Error('CompileError: blocked by Content Security Policy');
      }
    }
    vi.stubGlobal('WebAssembly', { ...own, Module });
    const mem = await fresh();
    expect(mem.simd).toBeNull();
    expect(mem.alloc(1 << 22)).not.toBe(0);
    expect([mem.generation, mem.u8[64]]).toEqual([1, bytesOf(1, 3)[0]]);
  });

  it('that gives no such address space, copies as it grows', async () => {
    class None {
      constructor() {
        throw new RangeError('WebAssembly.Memory(): could not allocate memory');
      }
    }
    vi.stubGlobal('WebAssembly', { ...own, Memory: None });
    expect((await fresh()).simd).toBeNull();
  });

  it('linearMemory and simdOver answer null and do not throw', () => {
    expect(linearMemory(2 ** 40, 2 ** 41)).toBeNull();
    expect(simdOver({ buffer: new ArrayBuffer(8), grow: () => 0 })).toBeNull();
  });
});
