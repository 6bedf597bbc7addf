// The differential run in small, and that it can fail.

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { titled, whyNoKernel } from '../support/namespace.ts';
import { tableOf } from './document.ts';
import { playEngine } from './facts.ts';
import { families } from './families.ts';
import { familiesOf } from './family.ts';
import { generate } from './generate.ts';
import type { Sequence } from './sequence.ts';
import { shrink } from './shrink.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
/** The families describe one version of Linux; others differ in other things. */
const DESCRIBED = '6.18.';
const why =
  (await whyNoKernel([])) ||
  (release().startsWith(DESCRIBED) ? '' : `the families describe Linux ${DESCRIBED}x, this is ${release()}`);
const dir = mkdtempSync(join(tmpdir(), 'synfin-differential-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Outcome {
  readonly code: number;
  readonly out: string;
}

/** `npm run differential -- ARGS`. */
function differential(...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [main, ...args],
      { timeout: 50_000, maxBuffer: 2 ** 26 },
      (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), out: stdout + stderr }),
    );
  });
}

/** The run of CI. */
const SMALL = ['--sequences', '300', '--seed', 'ci'] as const;

describe(titled('synfin and the Linux kernel with the same segments', why), () => {
  it.skipIf(why !== '')('differ in nothing that no family accounts for', async () => {
    const { code, out } = await differential(...SMALL);
    expect(code, out).toBe(0);
    expect(out).toMatch(/300 sequences, \d{4} steps/);
  });

  // Each forgets a rule that shows in what one segment is answered with.
  it
    .skipIf(why !== '')
    .each([
      'ack-of-unsent-believed',
      'window-not-scaled',
      'fin-of-text-lost',
      'no-paws',
      'two-way-handshake',
      'rst-in-window',
      'merged-fin',
      'rfc1337-ignored',
    ])('differ when the engine forgets a rule, or has it a little wrong: %s', async (mutant) => {
    const { code, out } = await differential(...SMALL, '--failures', '1', '--mutant', mutant);
    expect(code, out).toBe(1);
  });

  it.skipIf(why !== '')('are told with a sequence that shows the difference again', async () => {
    const mutant = ['--mutant', 'rst-in-window'];
    const { out } = await differential(...SMALL, '--failures', '1', ...mutant);
    const file = join(dir, 'sequence.json');
    writeFileSync(file, out.split('\n').find((line) => line.startsWith('{')) as string);
    const again = await differential('--replay', file, ...mutant);
    expect(again.code, again.out).toBe(1);
    expect(again.out).toContain('no family for');
    const sound = await differential('--replay', file);
    expect(sound.code, sound.out).toBe(0);
  });
});

describe('sequences', () => {
  it('are made from the seed and their number alone, and play the same again', () => {
    for (let i = 0; i < 50; i++) {
      const made = generate('a seed', i);
      expect(generate('a seed', i).sequence).toEqual(made.sequence);
      const again = playEngine(JSON.parse(JSON.stringify(made.sequence)) as Sequence);
      expect(again.seen).toEqual(made.seen);
    }
    expect(generate('a seed', 1).sequence).not.toEqual(generate('another', 1).sequence);
  });

  it('reach every state of RFC 9293', () => {
    const states = new Set(
      Array.from({ length: 400 }, (_, i) => generate('states', i)).flatMap((e) => e.seen.map((o) => o.state)),
    );
    expect(states.size).toBe(11);
  });

  it('are made smaller as long as they still show it', async () => {
    const { sequence } = generate('shrink', 3);
    const shows = async (s: Sequence): Promise<boolean> =>
      s.steps.some((step) => step.kind === 'segment' && (step.ctl & 2) !== 0);
    const least = await shrink(sequence, shows);
    expect(least.steps).toEqual([
      {
        kind: 'segment',
        ctl: 2,
        seq: 0,
        ack: expect.any(Number),
        length: 0,
        wnd: 65_535,
        up: 0,
        options: [],
      },
    ]);
  });
});

describe('families', () => {
  it('have names of their own, a reason, and no verdict that is ours to mend', () => {
    expect(new Set(families.map((f) => f.id)).size).toBe(families.length);
    for (const family of families) {
      expect(family.reason.length, family.id).toBeGreaterThan(40);
      expect(family.fields.length, family.id).toBeGreaterThan(0);
    }
  });

  it('account for a step only when together they account for every field', () => {
    const engine = generate('families', 1);
    const o = engine.seen[0];
    if (o === undefined) throw new Error('a sequence without steps');
    const facts = engine.before[0] as (typeof engine.before)[0];
    const history = {
      theirEdge: null,
      theirShift: 0,
      simultaneous: false,
      shutRead: false,
      loss: false,
      urgent: false,
      fins: [],
      oldAckTsVals: new Set<number>(),
    };
    const step = { kind: 'call', call: 'listen', n: 0 } as const;
    const none = { ours: null, theirs: null };
    const c = {
      step,
      seg: null,
      facts,
      before: none,
      ours: o,
      theirs: o,
      fields: ['state', 'result'],
      history,
    } as const;
    const one = { id: 'one', verdict: 'calls', reason: '', fields: ['state'], is: () => true } as const;
    const two = { ...one, id: 'two', fields: ['result'] } as const;
    expect(familiesOf(c, [one])).toBeNull();
    expect(familiesOf(c, [one, { ...two, is: () => false }])).toBeNull();
    expect(familiesOf(c, [one, two])?.map((f) => f.id)).toEqual(['one', 'two']);
  });

  it('stand in docs/differential.md as they are', () => {
    const text = readFileSync(new URL('../../docs/differential.md', import.meta.url), 'utf8');
    expect(text).toContain(tableOf(families));
  });
});
