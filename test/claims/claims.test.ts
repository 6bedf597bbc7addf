// Every claim is decided by a run, and by nothing else: a trace in which the fact is not so must be refused.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Claim, ClaimError, checkClaim, claims, forgottenBy } from '../../src/lab/claims/index.ts';
import { runScenario, type Scenario } from '../../src/lab/scenario/index.ts';
import { scenarioNamed } from '../../src/lab/scenarios/index.ts';
import type { Trace, TraceEvent } from '../../src/lab/trace.ts';
import { rfc9293 } from '../../src/tcp/index.ts';
import { countOf, documents } from './document.ts';
import { heldAgainst, SCRIPTS } from './held.ts';

const root = new URL('../../', import.meta.url);

/** Why a claim is not shown by a trace; null when it is. */
function refusal(claim: Claim, trace: Trace): string | null {
  try {
    claim.decide(trace);
    return null;
  } catch (error) {
    if (error instanceof ClaimError) return error.message;
    throw error;
  }
}

const shown = claims.map((claim) => ({ claim, ...checkClaim(claim) }));

/** A trace with other events. */
function changed(trace: Trace, change: (event: TraceEvent) => TraceEvent | null): Trace {
  return { ...trace, events: trace.events.flatMap((event) => change(event) ?? []) };
}

type Damage = (trace: Trace) => Trace;

/** Damages by what they do. Each makes the trace lie about one kind of fact. */
const DAMAGES: Readonly<Record<string, Damage>> = {
  'every acknowledgment number is 7 too high': (trace) =>
    changed(trace, (e) =>
      e.kind === 'sent' && e.segment.ack !== null
        ? { ...e, segment: { ...e.segment, ack: (e.segment.ack + 7) >>> 0 } }
        : e,
    ),
  'no state ever changes': (trace) =>
    changed(trace, (e) => ({
      ...e,
      changes: [],
      states: trace.connections[e.connection]?.begin ?? e.states,
    })),
  'left and right are exchanged': (trace) => {
    const other = { left: 'right', right: 'left' } as const;
    return changed(trace, (e) => {
      const states = { left: e.states.right, right: e.states.left };
      const changes = e.changes.map((c) => ({ ...c, end: other[c.end] }));
      const tcbs = e.tcbs === undefined ? {} : { tcbs: swapped(e.tcbs) };
      const base = { ...e, states, changes, ...tcbs };
      if (base.kind === 'sent') return { ...base, from: other[base.from] };
      if (base.kind === 'arrived' || base.kind === 'lost') return { ...base, to: other[base.to] };
      if (base.kind === 'call' || base.kind === 'timer') return { ...base, end: other[base.end] };
      return base;
    });
  },
  'nothing arrives': (trace) => changed(trace, (e) => (e.kind === 'arrived' ? null : e)),
  'the programs do nothing': (trace) => changed(trace, (e) => (e.kind === 'call' ? null : e)),
  'nobody sends': (trace) => changed(trace, (e) => (e.kind === 'sent' ? null : e)),
  'there are no TCBs': (trace) => changed(trace, ({ tcbs: _, ...e }) => e as TraceEvent),
};

function swapped(tcbs: NonNullable<TraceEvent['tcbs']>): NonNullable<TraceEvent['tcbs']> {
  const { left, right } = tcbs;
  return { ...(right === undefined ? {} : { left: right }), ...(left === undefined ? {} : { right: left }) };
}

/** Why claim number n is not shown by its own run, damaged; '' when it is shown all the same. */
function refusalOf(n: number, damage: Damage): string {
  const found = shown.find(({ claim }) => claim.number === n);
  if (found === undefined) throw new Error(`no claim ${n}`);
  return refusal(found.claim, damage(found.trace)) ?? '';
}

describe('the claims', () => {
  test('are ninety: 47 true, 27 imprecise, 16 wrong, a wrong name among them', () => {
    expect(claims.map(({ number }) => number)).toEqual(Array.from({ length: 90 }, (_, i) => i + 1));
    expect(['true', 'imprecise', 'wrong'].map((v) => countOf(v as Claim['verdict']))).toEqual([47, 27, 16]);
    const wrong = claims.filter(({ verdict }) => verdict === 'wrong' || verdict === 'name');
    expect(wrong.map(({ number }) => number)).toEqual([
      4, 7, 8, 13, 14, 18, 22, 26, 37, 56, 57, 67, 77, 83, 84, 90,
    ]);
  });

  test('have texts in both languages, a scenario that exists, and one of the five texts that says it', () => {
    for (const { claim, truth, instead, seeds, scenario } of claims) {
      for (const text of [claim, truth, ...(instead === undefined ? [] : [instead])]) {
        expect(text.en.length).toBeGreaterThan(8);
        expect(text.zh).toMatch(/[\u4e00-\u9fff]/);
      }
      expect(scenarioNamed(scenario)).toBeDefined();
      expect(seeds.length).toBeGreaterThan(0);
      expect(seeds.every((seed) => seed >= 0 && seed <= 4)).toBe(true);
    }
  });
});

describe('every claim is shown', () => {
  test.each(shown.map((s) => [s.claim.number, s.claim.claim.en, s] as const))('%i %s', (_n, _text, s) => {
    expect(s.trace.events[s.event]).toBeDefined();
    expect(s.says.en).toMatch(/\d|[A-Z]/);
    expect(s.says.zh).toMatch(/[\u4e00-\u9fff]/);
    expect(`${s.says.en}${s.says.zh}`).not.toMatch(/undefined|NaN|null|\[object/);
  });
});

describe('a claim is not shown', () => {
  test('by its own run up to the event that decides it', () => {
    const believed = shown.filter(({ claim, trace, event }) => {
      return refusal(claim, { ...trace, events: trace.events.slice(0, event) }) === null;
    });
    expect(believed.map(({ claim }) => claim.number)).toEqual([]);
  });

  test('by its own run when it is damaged in one way or another', () => {
    const believed = shown.filter(({ claim, trace }) =>
      Object.values(DAMAGES).every((damage) => refusal(claim, damage(trace)) === null),
    );
    expect(believed.map(({ claim }) => claim.number)).toEqual([]);
  });

  test('by acknowledgments that are wrong, if it is about acknowledgments', () => {
    const damage = DAMAGES['every acknowledgment number is 7 too high'] as Damage;
    for (const number of [10, 16, 45, 47, 53, 63, 66, 67, 77, 87, 89]) {
      expect(refusalOf(number, damage), `claim ${number}`).toMatch(/not in this trace/);
    }
  });

  test('by states that do not change, if it is about states', () => {
    const damage = DAMAGES['no state ever changes'] as Damage;
    for (const number of [6, 20, 21, 22, 50, 51, 54, 55, 64, 68, 69, 70, 81, 82, 83, 85, 86, 87]) {
      expect(refusalOf(number, damage), `claim ${number}`).toMatch(/not in this trace/);
    }
  });

  test('by the TCP that keeps the rule, if it is shown by one that forgets it; what that TCP does is said', () => {
    const without = shown.filter(({ trace }) => forgottenBy(trace) !== null);
    expect(without.map(({ claim }) => claim.number)).toEqual([5, 23, 31, 33, 38, 40, 73, 74]);
    expect(claims.filter(({ instead }) => instead !== undefined)).toEqual(without.map(({ claim }) => claim));
    for (const { claim } of without) {
      const { scenario, edits = [], number } = claim;
      const real = { id: 'rfc9293', rules: rfc9293 };
      const trace = runScenario(scenarioNamed(scenario) as Scenario, { edits, rules: real });
      expect(refusal(claim, trace), `claim ${number}`).toMatch(/not in this trace/);
    }
  });

  test('by the runs of others: each is refused by at least one', () => {
    const traces = [...new Set(shown.map(({ trace }) => trace))];
    const believed = claims.filter((claim) => traces.every((trace) => refusal(claim, trace) === null));
    expect(believed.map(({ number }) => number)).toEqual([]);
  });
});

test('docs/claims.md and docs/claims.zh-CN.md are what npm run claims:docs writes', () => {
  for (const [name, text] of documents())
    expect(readFileSync(new URL(name, root), 'utf8') === text, `${name} is out of date`).toBe(true);
});

test('every claim is held against a section of an RFC; what it names of scripts and ladders is there', () => {
  const scripts = readdirSync(new URL('../drill/kernel/', import.meta.url));
  for (const script of Object.values(SCRIPTS)) expect(scripts).toContain(`${script}.pkt`);
  for (const id of Object.keys(SCRIPTS)) expect(scenarioNamed(id)?.id).toBe(id);
  const held = claims.map((claim) => {
    const { trace, event } = checkClaim(claim);
    return { claim, ...heldAgainst(claim, trace, event) };
  });
  expect(held.filter(({ rfc }) => rfc.length === 0).map(({ claim }) => claim.number)).toEqual([]);
  expect(held.filter(({ linux }) => linux.length > 0).length).toBeGreaterThan(50);
  expect(held.filter(({ search }) => search !== null).length).toBeGreaterThan(5);
});
