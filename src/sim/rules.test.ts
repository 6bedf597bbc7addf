import { describe, expect, test } from 'vitest';
import { ACK, FIN, IPPROTO_TCP, PSH, RST, SYN } from '../wire/index.ts';
import type { PacketInfo } from './packet.ts';
import { isNth, type RuleHandle } from './rules.ts';
import { parseRule, RuleError } from './ruletext.ts';
import { frame, numbered, TestPort, tcp, udp } from './testing.ts';
import { Wire } from './wire.ts';
import { World } from './world.ts';

function setup(options: { ends?: [string, string]; delayUs?: number } = {}) {
  const world = new World();
  const a = new TestPort(world);
  const b = new TestPort(world);
  return { world, a, b, wire: new Wire(world, a, b, options) };
}

const any = (): boolean => true;

describe('nth and times', () => {
  test('a rule counts its matches from 1: a number, a list, a range, an open range', () => {
    const chosen = (nth: Parameters<typeof isNth>[0]): number[] =>
      [1, 2, 3, 4, 5, 6].filter((n) => isNth(nth, n));
    expect(chosen(undefined)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(chosen(2)).toEqual([2]);
    expect(chosen([1, 5])).toEqual([1, 5]);
    expect(chosen({ from: 3, to: 4 })).toEqual([3, 4]);
    expect(chosen({ from: 5 })).toEqual([5, 6]);
  });

  test('only packets that match are counted, in both directions together or in one', () => {
    const { world, a, b, wire } = setup();
    const odd = (p: PacketInfo): boolean => p.bytes()[1] === 1;
    const both = wire.rule({ match: odd, nth: 3, action: { drop: true } });
    const one = wire.rule({ match: odd, nth: 3, direction: 'b->a', action: { drop: true } });
    for (let i = 0; i < 4; i++) {
      a.send(numbered(0));
      a.send(numbered(1));
      b.send(numbered(1));
    }
    world.runSync();
    // Third of both: the second of a. Third of b -> a: b's third.
    expect(b.order).toEqual([0, 1, 0, 0, 1, 0, 1]);
    expect(a.order).toEqual([1, 1, 1]);
    expect([both.matched, both.fired, one.matched, one.fired]).toEqual([8, 1, 4, 1]);
  });

  test('a rule counts packets that another rule drops', () => {
    const { world, a, b, wire } = setup();
    wire.rule({ match: any, nth: 1, action: { drop: true } });
    wire.rule({ match: any, nth: 2, action: { drop: true } });
    for (let i = 0; i < 4; i++) a.send(numbered(i));
    world.runSync();
    expect(b.order).toEqual([2, 3]);
  });

  test('times bounds how often a rule acts; a removed rule acts no more', () => {
    const { world, a, b, wire } = setup();
    const rule = wire.rule({ match: any, times: 2, action: { drop: true } });
    for (let i = 0; i < 4; i++) a.send(numbered(i));
    world.runSync();
    expect(b.order).toEqual([2, 3]);
    expect([rule.matched, rule.fired]).toEqual([4, 2]);
    const all = wire.rule({ match: any, action: { drop: true } });
    all.remove();
    a.send(numbered(9));
    world.runSync();
    expect(b.order).toEqual([2, 3, 9]);
    expect(wire.rules).toEqual([rule]);
  });

  test('a rule that makes no sense is refused', () => {
    const { wire } = setup();
    expect(() => wire.rule({ match: any, nth: 0, action: { drop: true } })).toThrow('rule: nth');
    expect(() => wire.rule({ match: any, nth: { from: 3, to: 2 }, action: { drop: true } })).toThrow(
      'nth.to',
    );
    expect(() => wire.rule({ match: any, action: { delayUs: -1 } })).toThrow('delayUs');
    expect(() => wire.rule({ match: any, action: { duplicate: 0 } })).toThrow('duplicate');
    expect(wire.rules).toEqual([]);
  });
});

describe('actions', () => {
  test('delay: later packets overtake', () => {
    const { world, a, b, wire } = setup({ delayUs: 10 });
    wire.rule({ match: any, nth: 1, action: { delayUs: 5 } });
    a.send(numbered(0));
    a.send(numbered(1));
    world.runSync();
    expect(b.order).toEqual([1, 0]);
    expect(b.times).toEqual([10, 15]);
    expect(wire.ab.counters.delayed).toBe(1);
  });

  test('duplicate: so many extra copies, right behind', () => {
    const { world, a, b, wire } = setup();
    wire.rule({ match: any, nth: 2, action: { duplicate: 3 } });
    for (let i = 0; i < 3; i++) a.send(numbered(i));
    world.runSync();
    expect(b.order).toEqual([0, 1, 1, 1, 1, 2]);
    expect(wire.ab.counters.duplicated).toBe(3);
  });

  test('corrupt: the bit or octet that was named; one beyond the packet does nothing', () => {
    const { world, a, b, wire } = setup();
    wire.rule({ match: any, nth: 1, action: { corrupt: { bit: 8 } } });
    wire.rule({ match: any, nth: 2, action: { corrupt: { octet: 2 } } });
    wire.rule({ match: any, nth: 3, action: { corrupt: { octet: 100 } } });
    for (let i = 0; i < 3; i++) a.send(numbered(i, 4));
    world.runSync();
    expect(b.arrivals.map(({ bytes }) => bytes.join())).toEqual(['0,128,0,0', '0,1,255,0', '0,2,0,0']);
    expect(wire.ab.counters.corrupted).toBe(2);
  });

  test('edit: the packet is changed in place, and later rules see it changed', () => {
    const { world, a, b, wire } = setup();
    wire.rule({
      match: (p) => p.tcp?.ctl === SYN,
      action: { edit: (p) => p.mem.dv.setUint8(p.off + 33, SYN | ACK) },
    });
    wire.rule('drop SYN+ACK#1');
    a.send(tcp(SYN));
    a.send(tcp(SYN));
    world.runSync();
    expect(b.arrivals.map(({ bytes }) => bytes[33])).toEqual([SYN | ACK]);
  });

  test('hold: kept until released, then they go on in order as if sent then', () => {
    const { world, a, b, wire } = setup({ delayUs: 10 });
    const rule = wire.rule({ match: any, nth: { from: 2, to: 3 }, action: { hold: true } });
    for (let i = 0; i < 4; i++) a.send(numbered(i));
    world.runSync(100);
    expect(b.order).toEqual([0, 3]);
    expect([rule.held, wire.ab.held, wire.ab.inFlight]).toEqual([2, 2, 0]);
    rule.release();
    world.runSync();
    expect(b.order).toEqual([0, 3, 1, 2]);
    expect(b.times).toEqual([10, 10, 110, 110]);
    expect([rule.held, wire.ab.held, world.memory.used]).toEqual([0, 0, 0]);
  });

  test('removing a rule lets go what it holds', () => {
    const { world, a, b, wire } = setup();
    const rule: RuleHandle = wire.rule('hold any');
    a.send(numbered(0));
    world.runSync();
    expect(b.order).toEqual([]);
    rule.remove();
    world.runSync();
    expect(b.order).toEqual([0]);
  });
});

describe('PacketInfo', () => {
  const inspect = <T>(bytes: Uint8Array, kind: 'ip' | 'ethernet', look: (p: PacketInfo) => T): T => {
    const world = new World();
    const a = new TestPort(world, { kind });
    const b = new TestPort(world, { kind });
    const wire = new Wire(world, a, b);
    const seen: T[] = [];
    wire.tap = { sent: (p) => seen.push(look(p)) };
    a.send(bytes);
    world.runSync();
    return seen[0] as T;
  };
  const fields = (p: PacketInfo) => ({
    family: p.family,
    protocol: p.protocol,
    ports: [p.srcPort, p.dstPort],
    ctl: p.tcp?.ctl,
    textLen: p.tcp?.textLen,
    isUdp: p.isUdp,
  });

  test('TCP over IPv4, plain and in an Ethernet frame', () => {
    const expected = {
      family: 4,
      protocol: IPPROTO_TCP,
      ports: [1234, 80],
      ctl: PSH | ACK,
      textLen: 17,
      isUdp: false,
    };
    expect(inspect(tcp(PSH | ACK, 17), 'ip', fields)).toEqual(expected);
    expect(inspect(frame(0xffff, -1, 1, tcp(PSH | ACK, 17)), 'ethernet', fields)).toEqual(expected);
  });

  test('UDP has ports and no segment', () => {
    expect(inspect(udp(), 'ip', fields)).toMatchObject({ ports: [53, 5353], ctl: undefined, isUdp: true });
  });

  test('what is not well-formed IP has no family, protocol and ports', () => {
    const nothing = { family: 0, protocol: 0, ports: [0, 0], ctl: undefined, isUdp: false };
    expect(inspect(numbered(0), 'ip', fields)).toMatchObject(nothing);
    expect(inspect(Uint8Array.of(1), 'ethernet', fields)).toMatchObject(nothing);
    expect(inspect(tcp(SYN).subarray(0, 39), 'ip', fields)).toMatchObject(nothing);
  });
});

describe('rules as text', () => {
  /** What of a fixed sequence a → b a rule drops, by place. */
  const sequence = [
    tcp(SYN),
    tcp(SYN | ACK),
    tcp(ACK),
    tcp(ACK, 10),
    tcp(PSH | ACK, 20),
    tcp(ACK),
    tcp(FIN | ACK),
    tcp(FIN | PSH | ACK, 5),
    tcp(RST),
    tcp(RST | ACK),
    udp(),
    numbered(0),
  ];
  const dropped = (text: string): number[] => {
    const { world, a, wire } = setup();
    const out: number[] = [];
    wire.tap = { dropped: (p) => out.push(p.index) };
    wire.rule(text);
    for (const bytes of sequence) a.send(bytes);
    world.runSync();
    return out;
  };

  test.each([
    ['drop SYN', [0]],
    ['drop SYN+ACK', [1]],
    ['drop syn+ack#1', [1]],
    ['drop ACK', [2, 5]],
    ['drop ACK#2', [5]],
    ['drop data', [3, 4, 7]],
    ['drop data#2-', [4, 7]],
    ['drop data#1,3 a->b', [3, 7]],
    ['drop data a→b', [3, 4, 7]],
    ['drop data b->a', []],
    ['drop FIN', [6, 7]],
    ['drop FIN#2', [7]],
    ['drop FIN+PSH', [7]],
    ['drop RST', [8, 9]],
    ['drop RST+ACK', [9]],
    ['drop tcp#1-3', [0, 1, 2]],
    ['drop udp', [10]],
    ['drop icmp', []],
    ['DROP ANY#12', [11]],
  ] as const)('%s', (text, expected) => {
    expect(dropped(text)).toEqual(expected);
  });

  test('what verbs need, before or after the direction', () => {
    const parsed = (text: string): unknown => {
      const { match: _, text: __, ...rest } = parseRule(text);
      return rest;
    };
    expect(parsed('delay ACK#3 200ms')).toEqual({ nth: 3, action: { delayUs: 200_000 } });
    expect(parsed('delay any 1.5s b->a')).toEqual({ direction: 'b->a', action: { delayUs: 1_500_000 } });
    expect(parsed('delay any b->a 30us')).toEqual({ direction: 'b->a', action: { delayUs: 30 } });
    expect(parsed('delay any 30µs')).toEqual({ action: { delayUs: 30 } });
    expect(parsed('dup data#1')).toEqual({ nth: 1, action: { duplicate: 1 } });
    expect(parsed('dup data#1 a->b x3')).toEqual({ nth: 1, direction: 'a->b', action: { duplicate: 3 } });
    expect(parsed('mark data#3- a->b')).toEqual({
      nth: { from: 3 },
      direction: 'a->b',
      action: { mark: true },
    });
    expect(parsed('corrupt data#2')).toEqual({ nth: 2, action: { corrupt: 'random' } });
    expect(parsed('corrupt any bit 300 a->b')).toEqual({
      direction: 'a->b',
      action: { corrupt: { bit: 300 } },
    });
    expect(parsed('corrupt any octet 40')).toEqual({ action: { corrupt: { octet: 40 } } });
    expect(parsed('hold data#4-6')).toEqual({ nth: { from: 4, to: 6 }, action: { hold: true } });
    expect(parseRule(' drop SYN ').text).toBe('drop SYN');
  });

  test('the ends of a wire can have names', () => {
    const { wire } = setup({ ends: ['client', 'server'] });
    expect(wire.rule('drop FIN server->client').rule.direction).toBe('b->a');
    expect(wire.rule('drop FIN a->b').rule.direction).toBe('a->b');
    expect(() => wire.rule('drop FIN host->client')).toThrow('client->server or server->client');
  });

  test.each([
    ['', 'expected drop, delay, dup, corrupt, mark or hold, not ""'],
    ['lose SYN', 'not "lose"'],
    ['drop', 'drop what? Expected SYN'],
    ['drop SIN', 'no selector "SIN"'],
    ['drop SYN+', 'no selector "SYN+"'],
    ['drop constructor', 'no selector "constructor"'],
    ['drop SYN+toString', 'no selector "SYN+toString"'],
    ['drop SYN#0', '"#0" must be a number from 1'],
    ['drop SYN#', '"#" must be a number'],
    ['drop SYN#1,', '"#1," must be'],
    ['drop SYN#3-2', 'ends before it begins'],
    ['drop SYN#-2', '"#-2" must be'],
    ['drop SYN c->a', 'no direction "c->a"'],
    ['drop SYN a->b twice', 'unexpected "twice"'],
    ['drop SYN a->b a->b', 'unexpected "a->b"'],
    ['delay SYN', 'needs a time such as 200ms, 1.5s or 30us, not "nothing"'],
    ['delay SYN 200', 'not "200"'],
    ['dup SYN x0', '"x0" must be'],
    ['corrupt SYN bit', 'bit needs a number'],
    ['corrupt SYN octet -1', 'octet needs a number'],
  ])('"%s" is refused: %s', (text, problem) => {
    expect(() => parseRule(text)).toThrow(RuleError);
    expect(() => parseRule(text)).toThrow(problem);
    expect(() => parseRule(text)).toThrow(`rule "${text}"`);
  });
});
