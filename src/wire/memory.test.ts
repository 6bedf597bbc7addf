import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Memory } from './memory.ts';

describe('Memory', () => {
  it('never hands out offset 0, nor two blocks that overlap', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 70_000 }), { maxLength: 40 }), (sizes) => {
        const mem = new Memory({ initial: 128 });
        const blocks = sizes.map((size) => ({ off: mem.alloc(size), size })).sort((a, b) => a.off - b.off);
        let end = 1;
        for (const block of blocks) {
          expect(block.off).toBeGreaterThanOrEqual(end);
          end = block.off + block.size;
        }
        expect(mem.u8.length).toBeGreaterThanOrEqual(end);
        expect(mem.dv.byteLength).toBe(mem.u8.length);
      }),
    );
  });

  it('hands a freed block out again before it grows', () => {
    const mem = new Memory();
    const first = mem.alloc(1500);
    mem.free(first, 1500);
    expect(mem.used).toBe(0);
    expect(mem.alloc(2048)).toBe(first);
    expect(mem.used).toBe(2048);
  });

  it('keeps its octets when it grows, and counts the growth', () => {
    const mem = new Memory({ initial: 256 });
    const off = mem.alloc(64);
    mem.u8[off] = 42;
    const before = mem.u8;
    mem.alloc(4096);
    expect(mem.u8).not.toBe(before);
    expect(mem.generation).toBe(1);
    expect(mem.dv.getUint8(off)).toBe(42);
  });

  it('beyond 256 KiB grows where it is: nothing is copied, offsets and octets stay, what was a view before has no octets', () => {
    const mem = new Memory({ max: 64 << 20 });
    const off = mem.alloc(64);
    mem.u8[off] = 42;
    mem.alloc(1 << 20);
    const before = mem.u8;
    expect([mem.generation, before[off]]).toEqual([1, 42]);
    mem.alloc(16 << 20);
    expect([mem.generation, before.length, mem.u8[off], mem.dv.getUint8(off)]).toEqual([2, 0, 42, 42]);
    expect(mem.dv.byteLength).toBe(mem.u8.length);
  });

  it('never has more octets than its maximum, which need not be whole pages', () => {
    for (const wasm of [true, false]) {
      const mem = new Memory({ max: 300_001, wasm });
      let blocks = 0;
      while (mem.alloc(1024) !== 0) blocks++;
      expect([wasm, blocks, mem.u8.length]).toEqual([wasm, 292, 300_001]);
    }
  });

  it('refuses with 0 beyond its maximum and beyond the largest block, and stays usable', () => {
    const mem = new Memory({ initial: 1024, max: 8192 });
    expect(mem.alloc(8192)).toBe(0);
    expect(mem.used).toBe(0);
    expect(mem.alloc(4096)).not.toBe(0);
    expect(new Memory().alloc(2 ** 24 + 1)).toBe(0);
    expect(new Memory().alloc(2 ** 32 + 1)).toBe(0);
  });

  it('grows from nothing', () => {
    const mem = new Memory({ initial: 0 });
    expect(mem.alloc(100)).not.toBe(0);
  });

  it('at its bound a small block is cut from a large one that is free', () => {
    const mem = new Memory({ initial: 0, max: 64 + 4096 });
    const large = mem.alloc(4096);
    expect([large, mem.alloc(64)]).toEqual([64, 0]);
    mem.free(large, 4096);
    const small = Array.from({ length: 64 }, () => mem.alloc(64));
    expect(new Set(small).size).toBe(64);
    expect(small.every((off) => off >= 64 && off + 64 <= 64 + 4096)).toBe(true);
    expect([mem.used, mem.alloc(64)]).toEqual([4096, 0]);
  });

  it('takes size 0 as the smallest block', () => {
    const mem = new Memory();
    const off = mem.alloc(0);
    expect(off).not.toBe(0);
    mem.free(off, 0);
    expect(mem.used).toBe(0);
  });
});
