import { describe, expect, it } from 'vitest';
import { defaultConfig, OutOfOrder, Tcb } from '../../tcp/index.ts';
import { Memory } from '../../wire/index.ts';
import { HostCounters } from '../base/counters.ts';
import { Connection } from '../connection/connection.ts';
import type { ConnectionOwner } from '../connection/connection-types.ts';
import { SMALL_RING } from '../connection/ring.ts';
import { Net } from '../testing.ts';
import { MemoryPressure } from './memory-pressure.ts';

const MAX = 1 << 20;

class Setting {
  readonly memory = new Memory({ max: MAX });
  readonly counters = new HostCounters();
  readonly pressure = new MemoryPressure(this.memory, this.counters);
  readonly connections: (Connection | null)[] = [];
  readonly aborted: Connection[] = [];

  connection(): Connection {
    const owner = { memory: this.memory, pressure: this.pressure } as unknown as ConnectionOwner;
    const c = new Connection(owner, new Tcb(defaultConfig));
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

describe('the marks', () => {
  it('three quarters and seven eighths are still within', () => {
    for (const [mark, octets] of [
      [(MAX * 3) / 4, 2 * SMALL_RING],
      [(MAX * 7) / 8, SMALL_RING],
    ] as const) {
      const at = new Setting();
      at.fill(mark - (1 << 14));
      while (at.memory.used + octets < mark) at.memory.alloc(SMALL_RING);
      expect(at.pressure.admits(octets, false)).toBe(true);
      at.memory.alloc(64);
      expect([at.pressure.admits(octets, false), at.counters.buffersRefused]).toEqual([false, 1]);
    }
  });

  it('relief is wanted from three quarters on, and not for text out of order', () => {
    const s = new Setting();
    s.fill((MAX * 3) / 4 - (1 << 14));
    expect([s.pressure.admits(1 << 14, false), s.pressure.untilNext(0)]).toEqual([true, -1]);
    s.fill(1 << 14);
    expect([s.pressure.admits(64, true), s.pressure.untilNext(0)]).toEqual([false, -1]);
    expect([s.pressure.admits(64, false), s.pressure.untilNext(0)]).toEqual([true, 0]);
    s.fill(MAX / 8);
    expect(s.pressure.admits(64, false)).toBe(false);
    expect(s.counters.buffersRefused).toBe(2);
  });

  it('five eighths in use are few enough: nothing is given up', () => {
    for (const [more, given] of [
      [0, 0],
      [1 << 14, 1],
    ] as const) {
      const s = new Setting();
      const late = s.connection();
      expect(late.makeRoom(1 << 14, true)).toBe(true);
      late.tcb.outOfOrder = new OutOfOrder();
      for (const gone of [true, false]) {
        const c = s.sends(1 << 14);
        if (gone) c.tcb.orphan = 1;
        else c.tcb.rto.probes = 1;
      }
      s.fill((MAX * 5) / 8 - s.memory.used + more);
      s.relieve();
      expect([s.counters.outOfOrderPruned, s.counters.orphansAborted, s.aborted.length]).toEqual([
        given,
        0,
        0,
      ]);
    }
  });
});

describe('what is given up', () => {
  it('first text out of order (RFC 2018 section 8); what can be read stays', () => {
    const s = new Setting();
    const c = s.connection();
    expect(c.makeRoom(1 << 18, true)).toBe(true);
    const { rcv } = c.tcb;
    rcv.nxt = 100;
    c.tcb.outOfOrder = new OutOfOrder();
    const sender = s.sends(1 << 16);
    sender.tcb.orphan = 1;
    s.fill((MAX * 3) / 4 - (1 << 18) - (1 << 16));
    s.relieve();
    expect([c.tcb.outOfOrder, c.rcvRing.capacity, c.readableLength]).toEqual([null, 128, 100]);
    expect([s.counters.outOfOrderPruned, s.aborted.length]).toEqual([1, 0]);
  });

  it('then connections without a user, then those whose peer keeps the window closed (RFC 6429), no others', () => {
    const s = new Setting();
    const closed = s.sends(1 << 17);
    closed.tcb.rto.probes = 3;
    const working = s.sends(1 << 17);
    working.tcb.snd.wnd = 1000;
    working.tcb.rto.probes = 9; // a window that was too small to be used
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

  it('of those that have waited equally long, by probes or retransmissions, the largest goes first', () => {
    const s = new Setting();
    const small = s.sends(1 << 14);
    small.tcb.rto.timeouts = 2;
    small.tcb.rto.probes = 2;
    const large = s.sends(1 << 16);
    large.tcb.rto.probes = 4;
    const first = s.sends(1 << 14);
    first.tcb.rto.probes = 2;
    first.tcb.rto.timeouts = 3;
    s.fill((MAX * 7) / 8 - s.memory.used);
    s.relieve();
    expect(s.aborted).toEqual([first, large, small]);
  });

  it('no place without a connection, none with nothing to send, no window that was not probed, no text in order', () => {
    const s = new Setting();
    s.connections.push(null);
    const idle = s.connection();
    idle.tcb.orphan = 1;
    idle.tcb.rto.probes = 5;
    const closed = s.sends(1 << 14); // a window of 0, as before the SYN,ACK
    const reading = s.connection();
    expect(reading.makeRoom(1 << 14, false)).toBe(true);
    s.fill((MAX * 7) / 8 - s.memory.used);
    s.relieve();
    expect([closed.tcb.snd.wnd, s.aborted, s.counters.outOfOrderPruned]).toEqual([0, [], 0]);
    expect([s.counters.orphansAborted, s.counters.zeroWindowsAborted]).toEqual([0, 0]);
    expect(reading.rcvRing.capacity).toBe(1 << 14);
  });

  it('text out of order of one connection only, when that is enough', () => {
    const s = new Setting();
    const two = [s.connection(), s.connection()];
    for (const c of two) {
      expect(c.makeRoom(1 << 16, true)).toBe(true);
      c.tcb.outOfOrder = new OutOfOrder();
    }
    s.fill((MAX * 5) / 8 - s.memory.used + (1 << 14));
    s.relieve();
    expect([s.counters.outOfOrderPruned, ...two.map((c) => c.tcb.outOfOrder === null)]).toEqual([
      1,
      true,
      false,
    ]);
  });

  it('one of several connections without a user only, when that is enough', () => {
    const s = new Setting();
    for (let i = 0; i < 3; i++) s.sends(1 << 16).tcb.orphan = 1;
    s.fill((MAX * 5) / 8 - s.memory.used + (1 << 14));
    s.relieve();
    expect([s.counters.orphansAborted, s.aborted.length]).toEqual([1, 1]);
  });

  it('an attempt that freed enough may be repeated at once, when it is wanted again', () => {
    const s = new Setting();
    s.sends(1 << 18).tcb.orphan = 1;
    s.fill((MAX * 3) / 4 - s.memory.used);
    s.pressure.admits(8192, false);
    expect(s.pressure.untilNext(0)).toBe(0);
    s.relieve();
    expect([s.aborted.length, s.pressure.untilNext(0)]).toEqual([1, -1]);
    s.fill(MAX / 4);
    s.pressure.admits(8192, false);
    expect([s.pressure.untilNext(0), s.pressure.untilNext(1e6)]).toEqual([0, 0]);
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

describe('ranges out of order', () => {
  it('are few while more than half of the Memory is in use, and as many as the buffer allows else', async () => {
    for (const [share, ranges] of [
      [0, 100],
      [0.6, 64],
    ] as const) {
      const net = new Net();
      const memory = new Memory({ max: 1 << 20 });
      const tcp = { initialWindow: 100, noDelay: true };
      const { a, b, wire } = net.pair(undefined, { tcp }, { tcp, memory });
      const listener = b.listen({ port: 80 });
      const c = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
      const { tcb } = await net.run(listener.accept());
      while (memory.used < share * memory.max) memory.alloc(1 << 15);
      let n = 0;
      wire.rule({ direction: 'a->b', match: () => n++ % 2 === 0, action: { drop: true } });
      for (let i = 0; i < 200; i++) void c.write(new Uint8Array(10)).catch(() => {});
      let most = 0;
      b.tap = { processed: () => (most = Math.max(most, tcb.outOfOrder?.count ?? 0)) };
      await net.pass(15_000);
      expect([share, most]).toEqual([share, ranges]);
      net.hosts.length = 0;
    }
  });
});
