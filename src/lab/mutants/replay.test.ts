import { describe, expect, it } from 'vitest';
import { type Rules, State } from '../../tcp/index.ts';
import { Endpoint, formatRecord, type SegmentRecord } from '../../tcp/testing.ts';
import { configNamed, type StoryData, smallTcp, story, TcpModel } from '../check/model/index.ts';
import { search } from '../check/search/index.ts';
import { mutantNamed } from './index.ts';

/** Does what a story says with two endpoints that know nothing of the model; answers what they sent, as the story writes it. */
function replay(data: StoryData, rules: Rules): string[] {
  const never = { r2Ms: 1 << 29, synR2Ms: 1 << 29, synAckR2Ms: 1 << 29 };
  const tcp = { ...smallTcp, ...(configNamed(data.config).patient === true ? never : {}) };
  const a = new Endpoint(1, 1000, tcp, rules);
  const b = new Endpoint(2, 2000, tcp, rules);
  const ends = { a, b };
  const sent: { a: SegmentRecord[]; b: SegmentRecord[] } = { a: [], b: [] };
  const log: string[] = [];
  const base = 1_000_000;
  for (const end of [a, b]) end.setNow(base * 1000);
  b.openPassive();
  for (const step of data.steps) {
    for (const end of [a, b]) end.setNow((base + step.atMs) * 1000);
    const end = ends[step.host];
    if (step.what === 'call') {
      if (step.detail === 'OPEN') end.openActive();
      else if (step.detail === 'SEND') end.send([1]);
      else if (step.detail === 'CLOSE') end.close();
      else end.abort();
    } else if (step.what === 'deliver') {
      const segment = step.segment as NonNullable<typeof step.segment>;
      end.arrive(sent[segment.from as 'a' | 'b'][segment.number - 1] as SegmentRecord);
    } else if (step.what === 'timer') tick(end);
    if (end.tcb.state === State.TIME_WAIT && end.tcb.timer.wait <= end.engine.ms) end.tick();
    for (const name of ['a', 'b'] as const) {
      for (const r of ends[name].sent.splice(0)) {
        sent[name].push(r);
        log.push(`${step.atMs} ${name} ${formatRecord(r).split(' ')[0]} len=${r.text.length}`);
      }
    }
    expect([a.state, b.state === 'LISTEN' ? 'CLOSED' : b.state]).toEqual([step.states.a, step.states.b]);
  }
  return log;
}

describe('a story says enough to be repeated without the model', () => {
  for (const id of [
    'two-way-handshake',
    'no-syn-ack-retransmission',
    'close-both-ways',
    'merged-fin',
    'no-fin-retransmission',
    'no-time-wait',
    'one-msl',
    'rfc1337-ignored',
  ]) {
    it(id, () => {
      const mutant = mutantNamed(id);
      const config = configNamed(mutant.config);
      const options = { rules: mutant.rules, properties: [mutant.property] };
      const result = search(new TcpModel(config, options), { graph: false, maxStates: 100_000 });
      const found = result.violations.find((v) => v.count > 0);
      const data = story(config, options, found?.story as never);
      const said = data.steps.flatMap((s) =>
        s.sent.map((p) => `${s.atMs} ${p.from} ${p.flags} len=${p.length}`),
      );
      expect(said.length).toBeGreaterThan(1);
      expect(replay(data, mutant.rules).map(plain)).toEqual(said.map(plain));
    });
  }
});

/** Runs the timers. A mutant that forgets to retransmit breaks the invariant that something will happen. */
function tick(end: Endpoint): void {
  try {
    end.tick();
  } catch (error) {
    if (!String(error).includes('no timer runs')) throw error;
  }
}

/** Control bits in one order, PSH left out. */
function plain(line: string): string {
  const [at, who, flags, len] = line.split(' ') as [string, string, string, string];
  const bits = flags
    .split(',')
    .filter((f) => f !== 'PSH')
    .sort();
  return [at, who, bits.join(','), len].join(' ');
}
