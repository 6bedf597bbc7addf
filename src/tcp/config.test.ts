import { describe, expect, it } from 'vitest';
import { checkConfig, defaultConfig, type TcpConfig, withSettings } from './config.ts';

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

  it('every number has its least and its greatest value, and one beyond either is refused', () => {
    const bounds: Partial<Record<keyof TcpConfig, readonly [number, number]>> = {
      mslMs: [1, 600_000],
      sendBuffer: [1, 2 ** 24],
      receiveBuffer: [1, 2 ** 24],
      receiveBufferMax: [defaultConfig.receiveBuffer, 2 ** 30 - 1],
      delayedAckMs: [0, 499],
      quickAcks: [0, 1000],
      initialRtoMs: [1, 60_000],
      minRtoMs: [1, 60_000],
      rtoSlopMs: [0, 60_000],
      maxRtoMs: [defaultConfig.minRtoMs, 3_600_000],
      r1: [1, 100],
      r2Ms: [1000, 2 ** 30],
      synR2Ms: [1, 2 ** 30],
      synAckR2Ms: [1, 2 ** 30],
      orphanR2Ms: [0, 2 ** 30],
      userTimeoutMs: [0, 2 ** 30],
      keepAliveIdleMs: [1, 2 ** 30],
      keepAliveIntervalMs: [1, 2 ** 30],
      keepAliveCount: [1, 127],
      finWait2Ms: [1, 2 ** 30],
      challengeAckMs: [0, 60_000],
      ecnRetries: [0, 31],
      initialWindow: [1, 100],
      minMss: [28, 536],
      maxMss: [defaultConfig.minMss, 0xffff], // and 0: none
      maxRanges: [0, 65_536],
      sendBufferMax: [defaultConfig.sendBuffer, 2 ** 24],
      notsentLowat: [0, 2 ** 30],
    };
    const numbers = Object.entries(defaultConfig).filter(([, value]) => typeof value === 'number');
    expect(Object.keys(bounds).sort()).toEqual(numbers.map(([name]) => name).sort());
    for (const [name, [low, high]] of Object.entries(bounds)) {
      // Some bounds are other settings: those give way.
      const others =
        name === 'receiveBuffer'
          ? { receiveBufferMax: 2 ** 30 - 1 }
          : name === 'sendBuffer'
            ? { sendBufferMax: 2 ** 24 }
            : {};
      for (const value of [low, high]) checkConfig({ ...defaultConfig, ...others, [name]: value });
      for (const value of [low - 1, high + 1]) {
        expect(() => checkConfig({ ...defaultConfig, ...others, [name]: value }), name).toThrow(
          `tcp.${name} `,
        );
      }
    }
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
      "must be 'cubic', 'newreno' or 'bbr', not 'cubik'",
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

  it('a buffer whose size is set is of that size; it grows where the most is set beside it', () => {
    const set = (differing: Partial<TcpConfig>) => {
      const { sendBufferMax, receiveBufferTuning } = withSettings(defaultConfig, differing);
      return [sendBufferMax, receiveBufferTuning];
    };
    expect(set({})).toEqual([defaultConfig.sendBufferMax, true]);
    expect(set({ sendBuffer: 1000 })).toEqual([1000, true]);
    expect(set({ sendBuffer: 1000, sendBufferMax: 5000 })).toEqual([5000, true]);
    expect(withSettings(defaultConfig, { receiveBuffer: 8_000_000 }).receiveBufferMax).toBe(8_000_000);
    expect(set({ receiveBuffer: 1000 })).toEqual([defaultConfig.sendBufferMax, false]);
    expect(set({ receiveBuffer: 1000, receiveBufferMax: 5000 })).toEqual([defaultConfig.sendBufferMax, true]);
  });
});
