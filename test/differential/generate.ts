// Random sequences, from a seed. They are made while the engine plays them: where its edges are is what makes
// a number interesting. What comes out is a plain sequence that knows nothing of the engine.

import { Random } from '../../src/sim/index.ts';
import type { Rules } from '../../src/tcp/index.ts';
import { EnginePlayer } from './facts.ts';
import type { Setting } from './player.ts';
import {
  ACK,
  type CallName,
  CWR,
  ECE,
  FIN,
  type Option,
  PSH,
  RST,
  type SegmentStep,
  type Step,
  SYN,
  URG,
} from './sequence.ts';
import { fitting } from './wire.ts';

/** A weighted choice: values after their weights. */
function pick<T>(r: Random, choices: readonly (readonly [number, T])[]): T {
  let at = r.float() * choices.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, value] of choices) if ((at -= weight) < 0) return value;
  return (choices[0] as readonly [number, T])[1];
}

const of = <T>(r: Random, values: readonly T[]): T => values[r.int(values.length)] as T;

const HALF = 0x7fffffff;
const FAR = [HALF, HALF - 1, -HALF, -HALF - 1, 0x40000000, -0x40000000, 65_536, -65_536, 100_000] as const;
const NEAR = [-2, -1, 1, 2, 3] as const;

const CONTROLS: readonly (readonly [number, number])[] = [
  [30, ACK],
  [14, PSH | ACK],
  [14, FIN | ACK],
  [6, RST],
  [4, RST | ACK],
  [5, SYN],
  [4, SYN | ACK],
  [3, FIN],
  [3, URG | ACK],
  [2, 0],
  [2, FIN | PSH | ACK],
  [1, SYN | FIN],
  [1, SYN | RST],
  [1, SYN | FIN | ACK],
  [1, FIN | RST | ACK],
  [1, URG],
  [2, ECE | ACK],
  [1, CWR | ACK],
];

/** Makes one sequence while the engine plays it. */
class Maker {
  readonly #r: Random;
  readonly #engine: EnginePlayer;
  /** The peer's clock, relative. */
  #tick = 1000;

  constructor(r: Random, engine: EnginePlayer) {
    this.#r = r;
    this.#engine = engine;
  }

  make(): void {
    const r = this.#r;
    const opening = pick(r, [
      [45, () => this.#passive()],
      [30, () => this.#active()],
      [12, () => this.#simultaneous()],
      [8, () => this.#do(this.#call('listen'))],
      [5, () => this.#do(this.#call('connect'))],
      [2, () => {}],
    ]);
    opening();
    if (r.chance(0.25)) this.#closing();
    const more = 1 + r.int(9);
    for (let i = 0; i < more; i++) this.#do(this.#any());
  }

  #do(step: Step): void {
    this.#engine.step(step);
    this.#tick += this.#r.int(3);
  }

  // Opening.

  /** Options of a SYN that a sound peer sends, or one that is not. */
  #synOptions(): Option[] {
    const r = this.#r;
    const options: Option[] = [];
    if (r.chance(0.85)) {
      const octets = pick<number>(r, [
        [10, 1460],
        [3, 1000],
        [2, 536],
        [1, 100],
        [1, 9000],
        [0.5, 48],
        [0.5, 65_535],
      ]);
      options.push({ kind: 'mss', octets });
    }
    if (r.chance(0.6)) options.push({ kind: 'sackOK' });
    if (r.chance(0.5)) options.push({ kind: 'ts', val: this.#tick, ecr: r.chance(0.9) ? 0 : null });
    if (r.chance(0.6)) options.push({ kind: 'wscale', shift: of(r, [0, 1, 7, 7, 7, 14, 15, 255]) });
    if (r.chance(0.05)) options.push(this.#oddOption());
    return options;
  }

  #syn(ctl: number): SegmentStep {
    const r = this.#r;
    return {
      kind: 'segment',
      ctl,
      seq: 0,
      ack: (ctl & ACK) !== 0 ? 1 : 0,
      length: r.chance(0.05) ? 10 : 0,
      wnd: pick<number>(r, [
        [8, 65_535],
        [3, 5000],
        [1, 0],
        [1, 100],
      ]),
      up: 0,
      options: fitting(this.#synOptions()),
    };
  }

  #passive(): void {
    const r = this.#r;
    this.#do(this.#call('listen'));
    this.#do(this.#syn(r.chance(0.05) ? SYN | ECE | CWR : SYN));
    if (r.chance(0.15)) return; // what comes then meets SYN-RECEIVED
    this.#do(this.#plain(ACK, r.chance(0.15) ? 10 : 0));
    if (!r.chance(0.9)) return;
    this.#do(this.#call('accept'));
    if (r.chance(0.5)) this.#do(this.#call('nodelay', 1));
  }

  #active(): void {
    const r = this.#r;
    this.#do(this.#call('connect'));
    if (r.chance(0.5)) this.#do(this.#call('nodelay', 1));
    if (r.chance(0.1)) return;
    this.#do(this.#syn(SYN | ACK));
  }

  #simultaneous(): void {
    const r = this.#r;
    this.#do(this.#call('connect'));
    this.#do(this.#syn(SYN));
    if (r.chance(0.3)) return;
    this.#do(r.chance(0.5) ? this.#plain(ACK, 0) : { ...this.#syn(SYN | ACK), length: 0 });
  }

  /** Into one of the states after ESTABLISHED, by one side or both. */
  #closing(): void {
    const r = this.#r;
    const close = (): void => this.#do(r.chance(0.5) ? this.#call('shutdown', 1) : this.#call('close'));
    const fin = (): void => this.#do(this.#plain(FIN | ACK, r.chance(0.2) ? 10 : 0));
    const acknowledge = (): void => this.#do(this.#plain(ACK, 0));
    const crossing = (): void => this.#do({ ...this.#plain(FIN | ACK, 0), ack: this.#engine.facts.sndUna });
    const way = of(r, [
      [fin],
      [fin, close],
      [fin, close, acknowledge],
      [close],
      [close, acknowledge],
      [close, acknowledge, fin],
      [close, fin],
      [close, crossing],
      [close, crossing, acknowledge],
    ]);
    for (const step of way) step();
  }

  // Steps.

  #any(): Step {
    const r = this.#r;
    if (r.chance(0.3)) return this.#anyCall();
    if (r.chance(0.25)) return this.#plain(r.chance(0.25) ? FIN | ACK : ACK, of(r, [0, 0, 1, 10, 100]));
    return this.#segment();
  }

  /** What the connection expects next. */
  #plain(ctl: number, length: number): SegmentStep {
    const { rcvNxt, sndNxt } = this.#engine.facts;
    const options = this.#timestamps(true);
    return { kind: 'segment', ctl, seq: rcvNxt, ack: sndNxt, length, wnd: 65_535, up: 0, options };
  }

  #timestamps(sound: boolean): Option[] {
    const { tsRecent } = this.#engine.facts;
    const r = this.#r;
    if (tsRecent === null) return sound || r.chance(0.95) ? [] : [{ kind: 'ts', val: this.#tick, ecr: 0 }];
    if (sound) return [{ kind: 'ts', val: Math.max(this.#tick, tsRecent), ecr: 0 }];
    if (r.chance(0.1)) return [];
    const val = pick<number>(r, [
      [12, Math.max(this.#tick, tsRecent)],
      [4, tsRecent],
      [0.5, tsRecent - 1],
      [2, tsRecent - 2],
      [2, tsRecent + 1],
      [1, (tsRecent + HALF) | 0],
      [1, (tsRecent - HALF) | 0],
      [1, tsRecent - 100_000],
    ]);
    const ecr = pick<number | null>(r, [
      [10, 0],
      [1, -100_000],
      [1, 100_000],
      [1, null],
    ]);
    return [{ kind: 'ts', val, ecr }];
  }

  #oddOption(): Option {
    const r = this.#r;
    return {
      kind: 'raw',
      octets: of(r, [
        [0],
        [1, 1],
        [2, 4, 0, 0],
        [2, 3, 5],
        [3, 3, 200],
        [3, 4, 1, 1],
        [4, 3, 0],
        [5, 2],
        [5, 9, 0, 0, 0, 0, 0, 0, 0],
        [8, 9, 0, 0, 0, 0, 0, 0, 0],
        [19, 18, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
        [254, 4, 1, 2],
        [34, 2],
        [28, 4, 0, 1],
        [99, 0],
        [99, 1],
        [99, 40],
      ]),
    };
  }

  #sackBlocks(): Option {
    const r = this.#r;
    const { sndUna, sndNxt } = this.#engine.facts;
    const number = (): number =>
      pick<() => number>(r, [
        [6, () => sndUna + r.int(Math.max(1, sndNxt - sndUna + 1))],
        [2, () => sndNxt + of(r, NEAR)],
        [2, () => sndUna + of(r, NEAR)],
        [1, () => of(r, FAR)],
      ])();
    const blocks = Array.from({ length: 1 + r.int(3) }, (): readonly [number, number] => {
      const left = number();
      return r.chance(0.7) ? [left, left + of(r, [0, 1, 10, 100, 1000])] : [left, number()];
    });
    return { kind: 'sack', blocks };
  }

  #segment(): SegmentStep {
    const r = this.#r;
    const { rcvNxt, rcvEdge, ranges, sndUna, sndNxt, maxWnd } = this.#engine.facts;
    const range = ranges[0]?.[0] ?? rcvNxt;
    const ctl = r.chance(0.04) ? r.int(256) : pick(r, CONTROLS);
    const length = pick<number>(r, [
      [10, 0],
      [2, 1],
      [4, 10],
      [2, 100],
      [1, 536],
      [1, 1400],
    ]);
    const seq = pick<number>(r, [
      [12, rcvNxt],
      [3, rcvNxt + of(r, NEAR)],
      [1, rcvNxt - length],
      [1, rcvNxt - length + 1],
      [1, rcvNxt - 5],
      [3, rcvNxt + of(r, [5, 10, 20, 30, 100])],
      [1, range + of(r, [-5, 0, 5])],
      [1.5, rcvEdge + of(r, [-2, -1, 0, 1])],
      [1, rcvEdge - length + of(r, [-1, 0, 1])],
      [1, of(r, [-1, 0, 1])],
      [1, (rcvNxt + of(r, FAR)) | 0],
      [0.5, r.nextUint32() | 0],
    ]);
    const ack = pick<number>(r, [
      [14, sndNxt],
      [2, sndUna],
      [2, sndNxt + of(r, NEAR)],
      [2, sndUna + of(r, NEAR)],
      [1, sndUna + r.int(Math.max(1, sndNxt - sndUna))],
      [0.3, sndUna - maxWnd + of(r, [-1, 0, 1])],
      [0.5, of(r, [-1, 0, 1, 2])],
      [1, (sndNxt + of(r, FAR)) | 0],
      [0.5, r.nextUint32() | 0],
    ]);
    const wnd = pick<number>(r, [
      [10, 65_535],
      [2, 1000],
      [2, 0],
      [1, 1],
      [1, 50],
    ]);
    const options = this.#timestamps(false);
    if (r.chance(this.#engine.facts.sack ? 0.12 : 0.02)) options.push(this.#sackBlocks());
    if (r.chance(0.03)) options.push(this.#oddOption());
    if ((ctl & SYN) !== 0 && r.chance(0.5))
      options.push(...this.#synOptions().filter((o) => o.kind !== 'ts'));
    const up = (ctl & URG) !== 0 || r.chance(0.02) ? of(r, [0, 1, 5, 10, 200, 65_535]) : 0;
    const step: SegmentStep = {
      kind: 'segment',
      ctl,
      seq,
      ack: (ctl & ACK) !== 0 ? ack : 0,
      length,
      wnd,
      up,
      options: fitting(options),
    };
    return r.chance(0.02) ? { ...step, damage: of(r, ['checksum', 'reserved', 'offset'] as const) } : step;
  }

  #call(call: CallName, n = 0): Step {
    return { kind: 'call', call, n };
  }

  #anyCall(): Step {
    const r = this.#r;
    if (!this.#engine.player.connected) {
      return pick<() => Step>(r, [
        [8, () => this.#call('accept')],
        [this.#engine.player.listening ? 1 : 0, () => this.#call('unlisten')],
        [this.#engine.player.listening ? 0 : 1, () => this.#call('listen')],
        [this.#engine.player.listening ? 0 : 0.5, () => this.#call('connect')],
      ])();
    }
    return pick<() => Step>(r, [
      [6, () => this.#call('write', of(r, [1, 10, 100, 1000, 3000, 20_000]))],
      [5, () => this.#call('read', of(r, [1, 10, 10_000]))],
      [3, () => this.#call('shutdown', 1)],
      [0.5, () => this.#call('shutdown', of(r, [0, 2]))],
      [3, () => this.#call('close')],
      [1, () => this.#call('abort')],
      [0.5, () => this.#call('urgent', of(r, [1, 10]))],
      [0.5, () => this.#call('nodelay', 1)],
      [0.5, () => this.#call('cork', r.int(2))],
      [this.#engine.player.listening ? 0.5 : 0, () => this.#call('unlisten')],
    ])();
  }
}

const EDGES = [0, 1, -1, 0x7fffffff, -0x80000000, -10, -100, -1400] as const;

/** The sequence of a seed and a number, as the engine has played it. */
export function generate(seed: number | string, index: number, rules?: Rules): EnginePlayer {
  const r = new Random(`${seed}/${index}`);
  const setting: Setting = {
    family: r.chance(0.7) ? 4 : 6,
    iss: r.chance(0.4) ? of(r, EDGES) : r.nextUint32() | 0,
    clock: r.chance(0.3) ? of(r, EDGES) : r.nextUint32() | 0,
    receiveBuffer: r.chance(0.15) ? of(r, [2304, 5000, 20_000]) : 0,
  };
  const engine = new EnginePlayer(setting, rules);
  new Maker(r, engine).make();
  return engine;
}
