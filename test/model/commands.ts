// What users, the network, time and attackers do to a pair, as commands for fast-check; and the model: how
// much was written, who has ended, whether anything may break.

import fc from 'fast-check';
import { Random } from '../../src/sim/index.ts';
import { fixChecksums, layoutOf, put16, put32 } from '../fuzz/layout.ts';
import { mutate } from '../fuzz/mutate.ts';
import { templates } from '../fuzz/templates.ts';
import type { Pair, Which } from './pair.ts';

/** What the model knows: enough to say what a user may see. */
export interface Model {
  opened: boolean;
  readonly ended: [boolean, boolean];
  /** Somebody aborted, closed with text unread, or waited so long that TCP gives up. */
  mayBreak: boolean;
  /** An attacker on the path was there: only that everything stands is promised. */
  anything: boolean;
  waitedUs: number;
  /** Every SYN is answered by a cookie. */
  readonly cookies: boolean;
}

/** A model of two hosts that have not spoken. */
export function newModel(cookies: boolean): Model {
  return { opened: false, ended: [false, false], mayBreak: false, anything: false, waitedUs: 0, cookies };
}

type Command = fc.Command<Model, Pair>;

/** Longest silence of the network that no timeout of these hosts notices. */
const PATIENCE_US = 60_000_000;

/** What each user may see: a prefix of what the other wrote, and an error only when something may break. */
export function checkModel(m: Model, p: Pair): void {
  if (m.anything) return;
  const [a, b] = p.stations;
  for (const [me, other, i] of [
    [a, b, 0],
    [b, a, 1],
  ] as const) {
    const { connection } = me;
    if (connection === null) continue;
    if (me.received + connection.readableLength > other.written)
      throw new Error(`${me.host.name} received more than was written`);
    if (connection.eof && !m.mayBreak && !m.ended[1 - i])
      throw new Error(`${me.host.name}: an end of stream that nobody meant`);
    if (connection.eof && !m.mayBreak && me.received !== other.written)
      throw new Error(`${me.host.name}: the end of the stream before its last octet`);
    if (connection.error !== null && !m.mayBreak)
      throw new Error(`${me.host.name}: ${connection.error.code}, and nothing broke it`);
  }
}

class Act implements Command {
  readonly #name: string;
  readonly #run: (m: Model, p: Pair) => void;

  constructor(name: string, run: (m: Model, p: Pair) => void) {
    this.#name = name;
    this.#run = run;
  }
  check(): boolean {
    return true;
  }
  run(m: Model, p: Pair): void {
    this.#run(m, p);
    p.accept();
    checkModel(m, p);
  }
  toString(): string {
    return this.#name;
  }
}

/**
 * The client's packets no longer arrive in order and each. Before a cookie has come back, text that arrives
 * first is an ACK to LISTEN, and is reset (RFC 4987 section 3.6; RFC 9293 section 3.10.7.2).
 */
function outOfOrder(m: Model, p: Pair, from: Which): void {
  if (m.cookies && from === 0 && p.stations[1].connection === null) m.mayBreak = true;
}

const which = fc.constantFrom<Which>(0, 1);
const place = fc.oneof(fc.constant(0), fc.nat(20));

const open = fc.constant(
  new Act('open', (m, p) => {
    if (m.opened) return;
    m.opened = true;
    p.stations[0].connection = p.stations[0].host.open({ address: '10.0.0.2', port: 80 });
  }),
);
const write = fc
  .tuple(which, fc.oneof(fc.nat(20), fc.nat(5000)))
  .map(([w, n]) => new Act(`write(${w}, ${n})`, (_, p) => void p.write(w, n)));
const read = fc
  .tuple(which, fc.oneof(fc.integer({ min: 1, max: 50 }), fc.constant(0x7fffffff)))
  .map(([w, n]) => new Act(`read(${w}, ${n})`, (_, p) => void p.read(w, n)));
const shutdown = which.map(
  (w) =>
    new Act(`shutdown(${w})`, (m, p) => {
      const c = p.stations[w].connection;
      if (c === null) return;
      m.ended[w] = true;
      void c.end().catch(() => {});
    }),
);
const close = which.map(
  (w) =>
    new Act(`close(${w})`, (m, p) => {
      const c = p.stations[w].connection;
      if (c === null) return;
      m.ended[w] = true;
      m.mayBreak = true; // what the other still sends is answered by a RST
      c.close();
    }),
);
const abort = which.map(
  (w) =>
    new Act(`abort(${w})`, (m, p) => {
      const c = p.stations[w].connection;
      if (c === null) return;
      m.ended[w] = true;
      m.mayBreak = true;
      c.abort();
    }),
);
const advance = fc.constantFrom(1, 50, 250, 1000, 5000).map(
  (ms) =>
    new Act(`advance(${ms} ms)`, (m, p) => {
      m.waitedUs += ms * 1000;
      if (m.waitedUs > PATIENCE_US) m.mayBreak = true;
      p.pass(ms * 1000);
    }),
);
const deliver = fc.tuple(which, place).map(
  ([w, i]) =>
    new Act(`deliver(${w}, ${i})`, (m, p) => {
      if (i > 0) outOfOrder(m, p, w);
      p.deliver(w, i);
    }),
);
const deliverAll = which.map(
  (w) =>
    new Act(`deliverAll(${w})`, (_, p) => {
      for (let n = p.stations[w].out.length; n > 0; n--) p.deliver(w, 0);
    }),
);
const duplicate = fc.tuple(which, place).map(
  ([w, i]) =>
    new Act(`duplicate(${w}, ${i})`, (m, p) => {
      if (i > 0) outOfOrder(m, p, w);
      p.deliver(w, i, true);
    }),
);
const drop = fc.tuple(which, place).map(
  ([w, i]) =>
    new Act(`drop(${w}, ${i})`, (m, p) => {
      outOfOrder(m, p, w);
      const { out } = p.stations[w];
      if (out.length > 0) out.splice(i % out.length, 1);
    }),
);

const network = [
  { weight: 8, arbitrary: deliver },
  { weight: 8, arbitrary: deliverAll },
  { weight: 3, arbitrary: duplicate },
  { weight: 3, arbitrary: drop },
  { weight: 4, arbitrary: advance },
];
const users = [
  { weight: 4, arbitrary: open },
  { weight: 6, arbitrary: write },
  { weight: 6, arbitrary: read },
  { weight: 1, arbitrary: shutdown },
];
const rude = [
  { weight: 1, arbitrary: close },
  { weight: 1, arbitrary: abort },
];

/** The segment that an attacker sends who knows both sockets, but no number. */
export function blindSegment(p: Pair, to: Which, r: Random): Uint8Array {
  const local = p.stations[0].connection?.localPort ?? 50_000;
  const b = (templates(false)[0] as Uint8Array).slice();
  const { upper: at, ip } = layoutOf(b, false);
  put32(b, ip + 12, 0x0a000002 - to);
  put32(b, ip + 16, 0x0a000001 + to);
  put16(b, at, to === 1 ? local : 80);
  put16(b, at + 2, to === 1 ? 80 : local);
  put32(b, at + 4, r.nextUint32());
  put32(b, at + 8, r.nextUint32());
  b[at + 13] = [0x04, 0x14, 0x10, 0x18, 0x11, 0x12, 0x29][r.int(7)] as number;
  put16(b, at + 14, r.int(65_536));
  // Twenty octets of options become text, most of the time.
  if (r.chance(0.8)) b[at + 12] = 0x50;
  fixChecksums(b, false);
  return b;
}

/** An ICMP error about a segment that was never sent. */
export function blindIcmp(p: Pair, to: Which, r: Random): Uint8Array {
  const quoted = blindSegment(p, (1 - to) as Which, r);
  const out = new Uint8Array(20 + 8 + 28);
  out.set(quoted.subarray(0, 20));
  out[0] = 0x45;
  put16(out, 2, out.length);
  out[9] = 1;
  put32(out, 12, 0x0a000002 - to);
  put32(out, 16, 0x0a000001 + to);
  out[20] = 3;
  out[21] = [0, 1, 2, 3, 4, 13][r.int(6)] as number;
  put16(out, 26, 552);
  out.set(quoted.subarray(0, 28), 28);
  fixChecksums(out, false);
  return out;
}

const blind = fc.tuple(which, fc.integer(), fc.integer({ min: 1, max: 40 })).map(
  ([to, seed, n]) =>
    new Act(`blind(${to}, ${seed}, ${n})`, (_, p) => {
      const r = new Random(seed);
      for (let i = 0; i < n; i++) p.give(to, r.chance(0.8) ? blindSegment(p, to, r) : blindIcmp(p, to, r));
    }),
);

const onPath = fc.tuple(which, place, fc.integer()).map(
  ([from, i, seed]) =>
    new Act(`onPath(${from}, ${i}, ${seed})`, (m, p) => {
      const { out } = p.stations[from];
      if (out.length === 0) return;
      m.anything = true;
      p.forged = true;
      m.mayBreak = true;
      const r = new Random(seed);
      const numbers: number[] = [];
      for (const { connection } of p.stations) {
        if (connection === null) continue;
        const { snd, rcv } = connection.tcb;
        numbers.push(snd.una, snd.nxt, rcv.nxt, rcv.edge);
      }
      const seen = out[i % out.length] as Uint8Array;
      const forged = mutate(seen, r, { ethernet: false, numbers, others: out });
      if (forged.length > 0) p.give(r.chance(0.8) ? ((1 - from) as Which) : from, forged);
    }),
);

const LONG = { maxCommands: 120, size: 'max' } as const;

/** Commands of users and a bad network. */
export const honest = fc.commands([...network, ...users].flatMap(spread), LONG);
/** The same with users that go without a word. */
export const rough = fc.commands([...network, ...users, ...rude].flatMap(spread), LONG);
/** The same with an attacker who sees nothing. */
export const withBlind = fc.commands(
  [...network, ...users, { weight: 6, arbitrary: blind }].flatMap(spread),
  LONG,
);
/** The same with an attacker who sees and sends everything. */
export const withOnPath = fc.commands(
  [...network, ...users, ...rude, { weight: 12, arbitrary: onPath }].flatMap(spread),
  LONG,
);

/** fast-check gives each entry the same weight: a heavier one stands there more often. */
function spread({
  weight,
  arbitrary,
}: {
  weight: number;
  arbitrary: fc.Arbitrary<Command>;
}): fc.Arbitrary<Command>[] {
  return new Array<fc.Arbitrary<Command>>(weight).fill(arbitrary);
}
