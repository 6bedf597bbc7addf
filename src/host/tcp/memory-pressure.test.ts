import { describe, expect, it } from 'vitest';
import { defaultConfig, Tcb } from '../../tcp/index.ts';
import { Memory } from '../../wire/index.ts';
import { HostCounters } from '../base/counters.ts';
import { Connection } from '../connection/connection.ts';
import type { ConnectionOwner } from '../connection/connection-types.ts';
import { SMALL_RING } from '../connection/ring.ts';
import { MemoryPressure } from './memory-pressure.ts';

const MAX = 1 << 20;

class Setting {
  readonly memory = new Memory({ max: MAX });
  readonly counters = new HostCounters();
  readonly pressure = new MemoryPressure(this.memory, this.counters);
  readonly connections: Connection[] = [];
  readonly aborted: Connection[] = [];

  connection(): Connection {
    const owner = { pressure: this.pressure } as unknown as ConnectionOwner;
    const c = new Connection(owner, new Tcb(defaultConfig), this.memory);
    this.connections.push(c);
    return c;
  }

  /** A connection with so many octets to send. */
  sends(octets: number): Connection {
    const c = this.connection();
    expect(c.sndRing.ensure(octets, 0, 0)).toBe(true);
    return c;
  }

  /** Fills the Memory with one block of another's. */
  fill(octets: number): void {
    for (let n = octets; n > 0; n -= 1 << 14) this.memory.alloc(1 << 14);
  }

  relieve(): void {
    this.pressure.relieve(this.connections, 0, (c) => {
      this.aborted.push(c);
      c.sndRing.release();
    });
  }
}

describe('what may grow', () => {
  it('everything below half of the Memory', () => {
    const s = new Setting();
    expect(s.pressure.admits(MAX / 2, true)).toBe(true);
    expect(s.counters.buffersRefused).toBe(0);
  });

  it('above it nothing large out of order, and nobody needs relief for that', () => {
    const s = new Setting();
    s.fill(MAX / 2);
    expect([s.pressure.admits(16_384, true), s.pressure.admits(SMALL_RING, true)]).toEqual([false, true]);
    expect(s.pressure.admits(16_384, false)).toBe(true);
    expect([s.counters.buffersRefused, s.pressure.untilNext(0)]).toEqual([1, -1]);
  });

  it('above three quarters only small rings in order, and relief is wanted', () => {
    const s = new Setting();
    s.fill((MAX * 3) / 4);
    expect([s.pressure.admits(8192, false), s.pressure.admits(SMALL_RING, true)]).toEqual([false, false]);
    expect(s.pressure.admits(SMALL_RING, false)).toBe(true);
    expect(s.pressure.untilNext(0)).toBe(0);
  });

  it('above seven eighths none: packets need the rest', () => {
    const s = new Setting();
    s.fill((MAX * 7) / 8);
    expect(s.pressure.admits(64, false)).toBe(false);
  });
});

describe('what is given up', () => {
  it('first text out of order (RFC 2018 section 8); what can be read stays', () => {
    const s = new Setting();
    const c = s.connection();
    expect(c.makeRoom(1 << 18, true)).toBe(true);
    const { rcv } = c.tcb;
    rcv.nxt = 100;
    rcv.ranges = Int32Array.of(200_000, 200_001);
    rcv.rangeCount = 1;
    const sender = s.sends(1 << 16);
    sender.tcb.orphan = 1;
    s.fill((MAX * 3) / 4 - (1 << 18) - (1 << 16));
    s.relieve();
    expect([rcv.rangeCount, c.rcvRing.capacity, c.readableLength]).toEqual([0, 128, 100]);
    expect([s.counters.outOfOrderPruned, s.aborted.length]).toEqual([1, 0]);
  });

  it('then connections without a user, then those whose peer keeps the window closed (RFC 6429), no others', () => {
    const s = new Setting();
    const closed = s.sends(1 << 17);
    closed.tcb.rto.probes = 3;
    const working = s.sends(1 << 17);
    working.tcb.snd.wnd = 1000;
    const orphan = s.sends(1 << 16);
    orphan.tcb.orphan = 1;
    s.fill((MAX * 3) / 4 - (1 << 18) - (1 << 16) + (1 << 14));
    s.relieve();
    expect(s.aborted).toEqual([orphan, closed]);
    expect([s.counters.orphansAborted, s.counters.zeroWindowsAborted]).toEqual([1, 1]);
  });

  it('the one that has waited longest goes first, and no more than needed', () => {
    const s = new Setting();
    const young = s.sends(1 << 18);
    young.tcb.rto.probes = 1;
    const old = s.sends(1 << 18);
    old.tcb.rto.probes = 5;
    s.fill((MAX * 3) / 4 - (1 << 19));
    s.relieve();
    expect(s.aborted).toEqual([old]);
  });

  it('an attempt that did not free enough is not repeated for 100 ms', () => {
    const s = new Setting();
    s.fill((MAX * 7) / 8);
    s.pressure.admits(8192, false);
    expect(s.pressure.untilNext(0)).toBe(0);
    s.relieve();
    s.pressure.admits(8192, false);
    expect(s.pressure.untilNext(40)).toBe(60);
  });
});
