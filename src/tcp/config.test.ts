import { describe, expect, it } from 'vitest';
import { checkConfig, defaultConfig, type TcpConfig } from './config.ts';

describe('settings', () => {
  it('the defaults pass their own check', () => {
    expect(checkConfig(defaultConfig)).toBe(defaultConfig);
  });

  it('the defaults keep the RFC’s limits: MUST-23, MUST-25, MUST-28, MUST-40, SHLD-7, SHLD-10, SHLD-11', () => {
    const c = defaultConfig;
    expect(c.synR2Ms).toBeGreaterThanOrEqual(180_000);
    expect(c.keepAlive).toBe(false);
    expect(c.keepAliveIdleMs).toBeGreaterThanOrEqual(7_200_000);
    expect(c.delayedAckMs).toBeLessThan(500);
    expect(c.noDelay).toBe(false);
    expect(c.r1).toBeGreaterThanOrEqual(3);
    expect(c.r2Ms).toBeGreaterThanOrEqual(100_000);
  });

  it('MUST-40: a delayed ACK of 500 ms or more is refused', () => {
    expect(() => checkConfig({ ...defaultConfig, delayedAckMs: 500 })).toThrow(
      /tcp\.delayedAckMs .* 0 to 499, not 500/,
    );
  });

  it('a number out of range, a fraction, NaN and what is no number are refused by name', () => {
    const wrong: readonly [keyof TcpConfig, unknown][] = [
      ['mslMs', 0],
      ['sendBuffer', 0],
      ['receiveBuffer', 2 ** 24 + 1],
      ['receiveBufferMax', 1000],
      ['maxRtoMs', 100],
      ['minMss', 27],
      ['r2Ms', 0.5],
      ['keepAliveCount', Number.NaN],
      ['maxRanges', Number.POSITIVE_INFINITY],
      ['mtuProbing', 'always'],
    ];
    for (const [name, value] of wrong) {
      expect(() => checkConfig({ ...defaultConfig, [name]: value } as TcpConfig)).toThrow(RangeError);
      expect(() => checkConfig({ ...defaultConfig, [name]: value } as TcpConfig)).toThrow(`tcp.${name} `);
    }
    expect(() => checkConfig({ ...defaultConfig, initialWindow: '10' as never })).toThrow(TypeError);
    expect(() => checkConfig({ ...defaultConfig, congestion: 'cubik' })).toThrow(
      "must be 'newreno', not 'cubik'",
    );
  });

  it('the greatest values still make int32 deadlines', () => {
    const most = {
      ...defaultConfig,
      r2Ms: 2 ** 30,
      userTimeoutMs: 2 ** 30,
      keepAliveIdleMs: 2 ** 30,
      mslMs: 600_000,
    };
    expect(checkConfig(most)).toBe(most);
  });
});
