// `npm run confusion -- [N] [SEED]`: what is found in N labelled captures (10,000): for each label how often it was found, for each
// verdict how often it was right, and what was said instead. `npm run confusion -- --kernel [N] [SEED]`: in captures of Linux's
// TCP, N connections (12) of each situation over the wires of a seed, each captured at three places; `--keep DIR` leaves the
// captures there. It waits for more than a minute: some connections are idle for so long.

import { writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  analyseCapture,
  type Finding,
  type SideReport,
  type Verdict,
  verdictTexts,
} from '../../src/capture/index.ts';
import { Random } from '../../src/sim/index.ts';
import { type Captured, captureKernels, type Planned, SERVER } from './kernel/network.ts';
import { SITUATIONS, type Situation } from './kernel/situations.ts';
import { type At, type Labelled, labelled, normal, PLACES } from './labelled.ts';

/** Of one label, or of one verdict. */
export interface Rate {
  right: number;
  all: number;
}

/** What came of judging labelled captures. */
export interface Confusion {
  captures: number;
  /** Recall: of the captures with a label, those in which it was found. */
  readonly found: Map<string, Rate>;
  /** Precision: of a verdict's appearances, those that were expected or true beside it. */
  readonly said: Map<string, Rate>;
  /** `label → verdict`: what was said and was not expected. */
  readonly wrong: Map<string, number>;
  /** `label@place`: what was not found. */
  readonly missed: Map<string, number>;
  /** Healthy captures, and faults or warnings in them. */
  healthy: number;
  alarms: number;
}

function rate(map: Map<string, Rate>, key: string, right: boolean): void {
  const of = map.get(key) ?? { right: 0, all: 0 };
  of.all++;
  if (right) of.right++;
  map.set(key, of);
}

const more = (map: Map<string, number>, key: string): void => void map.set(key, (map.get(key) ?? 0) + 1);

/** The verdicts in a capture, each once. */
export function verdictsIn({ file }: Labelled): Set<string> {
  const { connections, findings } = analyseCapture(file);
  const found = new Set(connections.flatMap(({ verdicts }) => verdicts.map(({ id }) => id)));
  for (const { id, verdict } of findings) if (verdict.connection === null) found.add(id);
  return found;
}

function nothingYet(): Confusion {
  return {
    ...{ captures: 0, healthy: 0, alarms: 0 },
    ...{ found: new Map(), said: new Map(), wrong: new Map(), missed: new Map() },
  };
}

/** Counts what was said of a capture, or of a connection that was captured at a place. */
function count(
  result: Confusion,
  { label, at, expected, also }: Omit<Labelled, 'file'>,
  verdicts: ReadonlySet<string>,
): void {
  result.captures++;
  const hit = expected.some((id) => verdicts.has(id));
  rate(result.found, label, hit);
  if (!hit) more(result.missed, `${label}@${at}`);
  const allowed = new Set([...expected, ...also, ...normal]);
  const bad = [...verdicts].filter((id) => !allowed.has(id));
  for (const id of verdicts) rate(result.said, id, allowed.has(id));
  for (const id of bad) more(result.wrong, `${label}@${at} → ${id}`);
  if (label !== 'healthy' && !expected.includes('healthy')) return;
  result.healthy++;
  if (bad.some((id) => ['fault', 'warning'].includes(verdictTexts.get(id)?.severity ?? ''))) result.alarms++;
}

/** Judges `captures` captures. */
export function confusion(captures: number, seed: number): Confusion {
  const result = nothingYet();
  const random = new Random(seed);
  for (let n = 0; result.captures < captures; n++) {
    const one = labelled(n, random);
    if (one !== null) count(result, one, verdictsIn(one));
  }
  return result;
}

/** A wire that was so late delayed what it carried; then these are true. */
const LATE_MS = 20;
const DELAYED: readonly string[] = ['queueing', 'spurious', 'nagle-delayed-ack'];

/** What came of judging connections of kernels. */
export interface KernelConfusion extends Confusion {
  readonly leftOut: readonly string[];
  readonly lateMs: number;
  /** `label@place` of connections that are in no capture. */
  readonly unseen: readonly string[];
}

/** Chance has left it alone. */
const SPARED: Pick<Situation, 'label' | 'expected'> = {
  label: 'healthy',
  expected: { left: ['healthy'], wire: ['healthy'], right: ['healthy'] },
};

const nameOf = (client: SideReport, server: SideReport): string =>
  `${client.address} ${client.port} ${server.port}`;

/** Judges captures of Linux's TCP, with `each` connections of a situation, at the places that see something of it. */
export function kernelConfusion(
  { planned, files, lost, leftOut, lateMs }: Captured,
  each: number,
): KernelConfusion {
  const result = nothingYet();
  const seen = new Map<string, number>();
  const judge = (
    at: At,
    { situation, port }: Planned,
    spared: boolean,
    verdicts: readonly Verdict[],
  ): void => {
    const { label, expected } = spared ? SPARED : situation;
    const also = [...(situation.also ?? []), ...(lateMs > LATE_MS ? DELAYED : [])];
    const ids = expected[at];
    if (ids === null) return;
    more(seen, `${port}@${at}`);
    count(result, { label, at, expected: ids, also }, new Set(verdicts.map(({ id }) => id)));
  };
  for (const { at, octets } of files) {
    const { connections, findings } = analyseCapture(octets);
    const last = new Map(connections.map(({ client, server, number }) => [nameOf(client, server), number]));
    for (const { client, server, verdicts, number } of connections) {
      const plan = planned.find(({ port }) => port === server.port);
      const known = plan !== undefined && (plan.client === '' || plan.client === client.address);
      if (!known || plan.situation.many === true) continue;
      if (plan.situation.again === true && last.get(nameOf(client, server)) !== number) continue;
      const spared = plan.situation.byChance === true && !lost.has(`${client.address} ${client.port}`);
      judge(at, plan, spared, verdicts);
    }
    for (const plan of planned.filter(({ situation }) => situation.many === true)) {
      if (!connections.some(({ server }) => server.port === plan.port)) continue;
      judge(at, plan, false, aboutPort(findings, plan.port));
    }
  }
  const unseen = planned.flatMap(({ situation: { label, expected, many }, port }) =>
    PLACES.flatMap((at) => {
      const missing = (many === true ? 1 : each) - (seen.get(`${port}@${at}`) ?? 0);
      return expected[at] === null || missing === 0 ? [] : [`${label}@${at}: ${missing}`];
    }),
  );
  return { ...result, leftOut, lateMs, unseen };
}

/** Verdicts about all connections to a port of the server together. */
export function aboutPort(findings: readonly Finding[], port: number): Verdict[] {
  return findings
    .map(({ verdict }) => verdict)
    .filter(({ connection, params }) => connection === null && params['target'] === `${SERVER}:${port}`);
}

/** The share, to print. */
export const share = ({ right, all }: Rate): number => (all === 0 ? 1 : right / all);

function print(title: string, { found, said, wrong, missed, healthy, alarms }: Confusion): void {
  const line = (name: string, of: Rate): string =>
    `  ${name.padEnd(22)} ${share(of).toFixed(3)}  ${of.right}/${of.all}`;
  const sorted = <T>(map: Map<string, T>): [string, T][] => [...map].sort(([a], [b]) => a.localeCompare(b));
  console.log(`${title}\n\nFound (recall), by label:`);
  for (const [name, of] of sorted(found)) console.log(line(name, of));
  console.log('\nRight (precision), by verdict:');
  for (const [name, of] of sorted(said)) console.log(line(name, of));
  console.log('\nNot found:');
  for (const [name, times] of sorted(missed)) console.log(`  ${name}: ${times}`);
  console.log('\nSaid, and not expected:');
  for (const [name, times] of sorted(wrong)) console.log(`  ${name}: ${times}`);
  console.log(`\nHealthy: ${healthy}; with an alarm: ${alarms}`);
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { kernel: { type: 'boolean' }, keep: { type: 'string' } },
  });
  const numbers = positionals.map(Number);
  if (values.kernel === true) {
    const [each = 12, seed = 1] = numbers;
    const captured = await captureKernels(SITUATIONS, each, seed);
    if (values.keep !== undefined)
      for (const [n, { at, octets }] of captured.files.entries())
        writeFileSync(join(values.keep, `${n}-${at}.pcap`), octets);
    const result = kernelConfusion(captured, each);
    print(`Linux ${release()}: ${result.captures} connections as a place sees them, seed ${seed}`, result);
    console.log(`The wires were late by ${result.lateMs.toFixed(1)} ms at worst`);
    for (const text of result.leftOut) console.log(`Left out: ${text}`);
    for (const text of result.unseen) console.log(`In no capture: ${text}`);
  } else {
    const [captures = 10_000, seed = 1] = numbers;
    const result = confusion(captures, seed);
    print(`${result.captures} captures, seed ${seed}`, result);
  }
}
