import { describe, expect, test } from 'vitest';
import { serveLimits } from './serve.ts';

const MIB = 1024 * 1024;

describe('the bounds of serve', () => {
  test('without --connections there are as many as the heap can hold, at 8 KiB each', () => {
    // --max-old-space-size=40: V8 tells 232 MiB, of which 192 are semi-spaces.
    expect(serveLimits({}, 232 * MIB).connections).toBe(2048);
    expect(serveLimits({}, 4288 * MIB).connections).toBe(262_144);
    expect(serveLimits({}, 100 * MIB).connections).toBe(64);
  });

  test('--connections and --memory are taken as they are', () => {
    const values = { connections: '7', memory: '16' };
    expect(serveLimits(values, 232 * MIB)).toEqual({ connections: 7, memoryBytes: 16 * MIB });
  });

  test.each([
    ['connections', '0'],
    ['connections', 'many'],
    ['memory', '2048'],
    ['memory', '-1'],
  ])('--%s %s is refused with what is allowed', (name, text) => {
    expect(() => serveLimits({ [name]: text }, 4288 * MIB)).toThrow(`--${name}`);
  });
});
