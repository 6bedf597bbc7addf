import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { codeConstants, errnoName, errnoNumber, symbols } from './constants.ts';

describe('symbols of a system', () => {
  it.runIf(process.platform === 'linux')('Linux error numbers are those of this Linux', () => {
    let compared = 0;
    for (const [name, number] of Object.entries(constants.errno)) {
      const ours = errnoNumber('Linux', name);
      if (ours === undefined) continue;
      compared++;
      expect([name, ours]).toEqual([name, number]);
    }
    expect(compared).toBeGreaterThan(70);
  });

  it('differ between systems where the systems differ', () => {
    const both = (name: string): unknown => [symbols('Linux').get(name), symbols('FreeBSD').get(name)];
    expect(both('SOL_SOCKET')).toEqual([1, 0xffff]);
    expect(both('SO_REUSEADDR')).toEqual([2, 4]);
    expect(both('TCP_INFO')).toEqual([11, 32]);
    expect(both('O_NONBLOCK')).toEqual([0x800, 4]);
    expect(both('AF_INET6')).toEqual([10, 28]);
    expect(both('MSG_DONTWAIT')).toEqual([0x40, 0x80]);
    expect(both('EAGAIN')).toEqual([11, 35]);
    expect(both('POLLWRNORM')).toEqual([0x100, 4]);
    expect(both('POLLIN')).toEqual([1, 1]);
    expect(both('EPOLLET')).toEqual([0x80000000, undefined]);
    expect(both('TCP_CM_INQ')).toEqual([36, undefined]);
  });

  it('are numbers, all of them', () => {
    for (const platform of ['Linux', 'FreeBSD'] as const) {
      for (const [name, value] of [...symbols(platform), ...codeConstants(platform)]) {
        expect([name, Number.isInteger(value)]).toEqual([name, true]);
        expect(name).toMatch(/^[A-Z][A-Za-z0-9_]*$/);
      }
    }
  });

  it('an error number has one name', () => {
    expect(errnoName('Linux', 11)).toBe('EAGAIN');
    expect(errnoName('FreeBSD', 35)).toBe('EAGAIN');
    expect(errnoName('Linux', 32)).toBe('EPIPE');
    expect(errnoName('Linux', 9999)).toBeUndefined();
    expect(errnoNumber('FreeBSD', 'ECONNRESET')).toBe(54);
    expect(errnoNumber('Linux', 'EWHAT')).toBeUndefined();
  });

  it('states in code blocks are counted as each system counts', () => {
    expect(codeConstants('Linux').get('TCP_CLOSE_WAIT')).toBe(8);
    expect(codeConstants('Linux').get('TCPI_TIME_WAIT')).toBe(6);
    expect(codeConstants('FreeBSD').get('TCPI_TIME_WAIT')).toBe(10);
    expect(codeConstants('FreeBSD').get('TCP_CA_Open')).toBeUndefined();
  });
});
