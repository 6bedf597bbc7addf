import { describe, expect, it } from 'vitest';
import { RST } from '../../../wire/index.ts';
import { mutantNamed } from '../../mutants/index.ts';
import { checkLiveness, Search, type Story } from '../search/index.ts';
import { configNamed } from './configs.ts';
import { Kind } from './kinds.ts';
import { TcpModel } from './model.ts';
import { PROPERTIES } from './properties.ts';
import { FACTS } from './roles.ts';
import { story, storyText } from './story.ts';

/** What takes more than these models: a forged SYN, for one. */
const MISSING: readonly string[] = ['syn-received-syn-passive: SYN-RECEIVED to LISTEN'];

const searches = new Map<string, Search>();

/** A model, searched to the end; once. */
function explored(id: string): Search {
  let run = searches.get(id);
  if (run === undefined) {
    run = new Search(new TcpModel(configNamed(id)), { graph: true, stopAt: 0 });
    run.run();
    searches.set(id, run);
  }
  return run;
}

describe('RFC 9293 in the bounded models', () => {
  // Model, states, transitions, greatest distance from the start.
  const sizes: readonly (readonly [string, number, number, number])[] = [
    ['handshake', 10_280, 43_731, 23],
    ['closing', 8_039, 30_311, 18],
    ['half-close', 63_648, 287_257, 21],
    ['simultaneous-open', 29_759, 119_647, 19],
    ['reopening', 15_421, 54_156, 27],
    ['aborts', 68_538, 356_303, 24],
    ['crash', 371, 757, 13],
    ['patient', 1_020, 3_024, 18],
    ['never-closes', 944, 3_000, 13],
    ['flood', 11_422, 30_447, 30],
  ];
  for (const [id, states, transitions, depth] of sizes) {
    it(`${id}: explored to the end; what is broken is what fails by design`, () => {
      const config = configNamed(id);
      const run = explored(id);
      const result = run.result();
      expect([result.outcome, result.states, result.transitions, result.depth]).toEqual([
        'exhausted',
        states,
        transitions,
        depth,
      ]);
      const fails = config.fails ?? [];
      const broken = result.violations.filter((v) => v.count > 0);
      const unexpected = broken.filter((v) => !fails.includes(v.id));
      expect(unexpected.map((v) => `${v.id}\n${storyText(story(config, {}, v.story as Story))}`)).toEqual([]);
      const live = checkLiveness(run, { cuts: 'absent' }).filter((l) => l.verdict !== 'holds');
      expect([...broken, ...live].map((l) => l.id).sort()).toEqual([...fails].sort());
    });
  }

  it('every edge of figure 5 is taken in some model', () => {
    const seen = new Set<string>();
    for (const id of ['handshake', 'half-close', 'simultaneous-open', 'reopening', 'aborts', 'flood']) {
      const result = explored(id).result();
      for (const fact of result.coverage) if (fact.count > 0) seen.add(fact.id);
    }
    // A listener is open from the beginning and stays; LISTEN to SYN-SENT is a call that no program here makes.
    const figure5 = FACTS.filter((f) =>
      /^(open-active|listen-syn|syn-|established-|close-wait-close|fin-wait-1|fin-wait-2-fin|closing|last-ack|time-wait-t|time-wait-s)/.test(
        f,
      ),
    );
    const missing = figure5.filter((f) => !seen.has(f));
    expect(missing).toEqual(MISSING);
    for (const what of ['closed', 'rst-in-time-wait', 'rst-outside-window', 'outside-window', 'time-wait']) {
      expect(seen).toContain(`discarded: ${what}`);
    }
  });

  it('the properties fit the mask, and have different names', () => {
    expect(PROPERTIES.length).toBeLessThanOrEqual(31);
    expect(new Set(PROPERTIES.map((p) => p.id)).size).toBe(PROPERTIES.length);
  });

  it('a wrong name of a model is told', () => {
    expect(() => configNamed('nothing')).toThrow(/close-orders/);
  });

  it('a setting that states leave out cannot be changed', () => {
    expect(() => new TcpModel({ ...configNamed('patient'), tcp: { timestamps: true } })).toThrow(
      /timestamps/,
    );
  });
});

describe('S5: figure 5 is refined', () => {
  it('a side that is ESTABLISHED by a SYN alone does what no edge allows', () => {
    const { rules } = mutantNamed('two-way-handshake');
    const model = new TcpModel(configNamed('handshake'), { rules, properties: ['S5'] });
    const result = new Search(model, { memory: 'exact', stopAt: -1 });
    while (!result.run(100_000)) {}
    const broken = result.result().violations.find(({ id }) => id === 'S5');
    expect(broken?.story?.actions.length).toBe(2); // OPEN, and the SYN arrives
  });
});

describe('stories', () => {
  it('tells a handshake: calls, segments with their numbers and fates, rows and times', () => {
    const config = configNamed('patient');
    const model = new TcpModel(config);
    const bytes = new Uint8Array(model.maxBytes);
    let length = model.initial(0, bytes);
    const actions: number[] = [];
    for (const kind of [Kind.OPEN, Kind.DELIVER, Kind.TIMER]) {
      const n = model.load(bytes, 0, length);
      const i = Array.from({ length: n }, (_, j) => j).find((j) => model.action(j).kind === kind) as number;
      actions.push(i);
      length = model.step(i, bytes);
    }
    const data = story(config, {}, { initial: 0, actions });
    expect(data.steps.map((s) => `${s.atMs} ${s.host} ${s.what} ${s.detail}`)).toEqual([
      '0 a call OPEN',
      '0 b deliver ',
      '3000 a timer rexmt',
    ]);
    expect(data.packets.map((p) => [p.from, p.number, p.flags, p.sentMs, p.arrivedMs])).toEqual([
      ['a', 1, 'SYN', 0, [0]],
      ['b', 1, 'SYN,ACK', 0, []],
      ['a', 2, 'SYN', 3000, []],
    ]);
    expect(data.steps[1]?.changes).toEqual([{ host: 'b', row: 'listen-syn', to: 'SYN-RECEIVED' }]);
  });
});

describe('S2-RST', () => {
  it('is not broken by a RST that answers an old SYN,ACK when the client is gone: nothing is lost that was alive', () => {
    // A segment that is 4 s old must still live.
    const config = { ...configNamed('two-incarnations'), tcp: { mslMs: 5000 } };
    const model = new TcpModel(config);
    const bytes = new Uint8Array(model.maxBytes);
    let length = model.initial(0, bytes);
    // Kind and host; for a delivery the sender, the age of the packet in ms, and its control bits if that is not clear.
    const steps: readonly (readonly [number, number, number?, number?])[] = [
      [Kind.OPEN, 0],
      [Kind.DELIVER, 0, 0],
      [Kind.TIMER, 0],
      [Kind.TIMER, 1],
      [Kind.TIMER, 0],
      [Kind.TIMER, 1],
      [Kind.TIMER, 1], // the server gives up
      [Kind.DELIVER, 0, 1000], // another incarnation of it, made by the same SYN
      [Kind.DELIVER, 1, 0],
      [Kind.DELIVER, 0, 0],
      [Kind.ABORT, 0],
      [Kind.DELIVER, 1, 4000], // the first incarnation's SYN,ACK meets nobody
      [Kind.DELIVER, 0, 0, RST], // and the RST that answers it, the second
    ];
    for (const [kind, who, age, ctl] of steps) {
      const n = model.load(bytes, 0, length);
      const i = Array.from({ length: n }, (_, j) => j)
        .reverse()
        .find((j) => {
          const action = model.action(j);
          if (action.kind !== kind) return false;
          if (age === undefined) return (action.argument & 1) === who;
          const { packets } = model;
          const i = action.argument;
          if (packets.from(i) !== who || packets.age(i) !== age) return false;
          return ctl === undefined || packets.ctl(i) === ctl;
        });
      expect(i, `${kind} of ${who}`).toBeDefined();
      length = model.step(i as number, bytes);
      expect(length).toBeGreaterThan(0);
      expect(model.violated()).toBe(0);
    }
    model.load(bytes, 0, length);
    expect(model.sides.map((side) => side.present)).toEqual([0, 0]);
  });
});
