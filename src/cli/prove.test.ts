import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, test } from 'vitest';
import {
  actionsOf,
  base,
  clausesOf,
  counterexampleTo,
  countOf,
  obligationsOf,
  POSSIBLE,
  prove,
  removedRules,
  type Solver,
  type StepReport,
  type Theory,
  theories,
  theoryWithout,
  touchedBy,
} from '../lab/proof/index.ts';
import { main } from './program.ts';
import { SolverError, solverNamed } from './solvers.ts';

function has(program: string): boolean {
  return spawnSync(program, ['--version']).error === undefined;
}

async function synfin(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const code = await main(args, { stdin: new PassThrough(), stdout, stderr, env: { LANG: 'C.UTF-8' } });
  return { code, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') };
}

async function steps(theory: Theory, solver: Solver, about?: readonly string[]): Promise<StepReport[]> {
  const all: StepReport[] = [];
  for await (const step of prove(theory, solver, about)) all.push(step);
  return all;
}

/** `ACTION / CLAUSE` of what failed, and how. */
function failed(reports: readonly StepReport[]): string[] {
  return reports.flatMap((step) =>
    step.failed.map(({ clause, answer }) => `${step.action} / ${clause}: ${answer}`),
  );
}

/** Everything of every theory: a step of CI of its own; otherwise a few questions of each. */
const FULL = process.env['SYNFIN_PROVE'] === 'full';
/** Theories and rules removed whose few steps are asked for every time. */
const SAMPLE = new Set([
  'three',
  'closing',
  'challenge-rst',
  'refused-rst',
  'cookie-check',
  'early-seq',
  'timewait',
  '2msl',
  'timewait-rst',
]);

const removed = theories.flatMap(({ theory, rules }) =>
  rules.map((rule) => [theory.id, rule.id, { theory, rule }] as const),
);

describe.each(['z3', 'cvc5'] as const)('%s of the system', (name) => {
  const there = has(name);
  const asked = theories.filter(({ theory }) => name === 'z3' || ['base', 'time'].includes(theory.id));

  test.runIf(there && FULL).each(asked.map(({ theory }) => [theory.id, theory] as const))(
    'proves the theory %s',
    async (_id, theory) => {
      const solver = await solverNamed(name);
      const reports = await steps(theory, solver);
      expect(failed(reports)).toEqual([]);
      expect(reports.reduce((n, { asked }) => n + asked, 0)).toBe(countOf(obligationsOf(theory)));
    },
  );

  test.runIf(there)('says that it does not know when its limit is too low', async () => {
    const solver = await solverNamed(name, 1);
    const [report] = await steps(base, solver, ['text']);
    expect(report?.failed).toContainEqual({ clause: 'agreement', answer: 'unknown' });
  });
});

describe.runIf(has('z3'))('a rule removed', async () => {
  const solver = has('z3') ? await solverNamed('z3') : null;
  const asked = removed.filter(
    ([theory, id]) => FULL || (SAMPLE.has(id) && (theory !== 'base' || id !== 'timewait-rst')),
  );

  test.each(asked)('%s without %s fails at its own step', async (_theory, _id, { theory, rule }) => {
    const less = theoryWithout(theory, rule);
    const reports = await steps(less, solver as Solver, touchedBy(rule));
    expect(failed(reports).sort()).toEqual(rule.fails.map((step) => `${step.join(' / ')}: sat`).sort());
  });
});

test.runIf(has('z3'))('Fast Open has its exception: without it an octet of a SYN is read twice', async () => {
  const found = theories.find(({ theory }) => theory.id === 'fast');
  if (found === undefined) throw new Error('no such theory');
  const holds = (text: string): string => text.replace(/ -> early\(q, x\)$/, ' -> false');
  const strict: Theory = {
    ...found.theory,
    parts: found.theory.parts.map((part) => ({
      ...part,
      properties: part.properties.map((clause) =>
        clause.name === 'read once' ? { ...clause, holds: holds(clause.holds) } : clause,
      ),
    })),
  };
  const reports = await steps(strict, await solverNamed('z3'), ['text of a SYN in order']);
  expect(failed(reports)).toEqual(['text of a SYN in order / read once: sat']);
});

describe.runIf(has('z3'))('the helper clauses', async () => {
  const solver = has('z3') ? await solverNamed('z3') : null;
  const helpers = theories.flatMap(({ theory }) =>
    clausesOf(theory)
      .filter(({ neededFor }) => neededFor !== undefined)
      .map((clause) => ({ ...clause, theory, id: theory.id, inherited: clausesOf(base).includes(clause) })),
  );

  // Of every theory, those of the base theory that it has in it, too: with more clauses, one may have become superfluous.
  test.each(FULL ? helpers : helpers.filter(({ inherited }) => !inherited))(
    '$id, $name: without it the proof fails at $neededFor',
    async ({ theory, name, neededFor = [] }) => {
      const [action, clause] = neededFor;
      const group = obligationsOf(theory, { withoutClause: name }).find((each) => each.action === action);
      const obligation = group?.obligations.find((each) => each.clause === clause);
      if (group === undefined || obligation === undefined) throw new Error('no such step');
      expect(await solver?.ask({ ...group, obligations: [obligation] })).toEqual(['sat']);
    },
  );
});

describe.each(['z3', 'cvc5', 'wasm'] as const)('a counterexample of %s', (name) => {
  test.runIf(name === 'wasm' || has(name))('is a step that the theory without the rule allows', async () => {
    const solver = await solverNamed(name);
    try {
      const rule = removedRules.find(({ id }) => id === 'text-order');
      if (rule === undefined) throw new Error('no such rule');
      const found = await counterexampleTo(theoryWithout(base, rule), solver, 'text in order', 'prefix');
      if (found === null) throw new Error('there is one');
      const { p = '', x = '' } = found.step;
      expect(found.broken).toMatchObject({ p });
      // The offset that is read up to lies beyond RCV.NXT, and below it is one that has not come.
      const nxt = found.before.find((fact) => fact.name === 'rcv_nxt' && fact.args[0] === p);
      expect(Number(nxt?.value)).toBeLessThan(Number(x));
      expect(found.after).toContainEqual({ name: 'rcv_nxt', args: [p], value: x });
      const kept = found.before.filter((fact) => fact.name === 'kept' && fact.args[0] === p);
      expect(kept.map(({ args }) => args[1])).not.toContain(found.broken['x']);
      expect(await counterexampleTo(base, solver, 'text in order', 'prefix')).toBeNull();
    } finally {
      solver.end();
    }
  });
});

describe('Z3 as WebAssembly', async () => {
  const solver = await solverNamed('wasm');
  afterAll(() => solver.end());

  test('proves the opening, and finds the step that fails without the third ACK', async () => {
    const about = ['LISTEN: SYN', 'SYN-RECEIVED: ACK'];
    expect(failed(await steps(base, solver, about))).toEqual([]);
    const three = removedRules.find(({ id }) => id === 'three');
    if (three === undefined) throw new Error('no such rule');
    const reports = await steps(theoryWithout(base, three), solver, ['LISTEN: SYN']);
    expect(failed(reports)).toEqual(['LISTEN: SYN / agreement: sat', 'LISTEN: SYN / one peer: sat']);
  });

  test('says that it does not know when its limit is too low', async () => {
    const hasty = await solverNamed('wasm', 1);
    const [report] = await steps(base, hasty, ['2 MSL']);
    hasty.end();
    expect(new Set(report?.failed.map(({ answer }) => answer))).toEqual(new Set(['unknown']));
  });

  test('a text that is no SMT-LIB is reported', async () => {
    const group = { action: '', text: '(assert nonsense)', obligations: [] };
    await expect(solver.ask(group)).rejects.toThrow(SolverError);
  });
});

test('an action that is never possible fails: a proof about it would say nothing', async () => {
  const silent: Solver = {
    name: '',
    ask: async (group) => group.obligations.map(() => 'unsat'),
    example: async () => null,
    end() {},
  };
  const reports = await steps(base, silent);
  expect(failed(reports)).toEqual(actionsOf(base).map(({ name }) => `${name} / ${POSSIBLE}: unsat`));
});

describe('synfin prove', () => {
  test('--smt2 writes a file for each action, with the answers that are wanted', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'synfin-prove-'));
    try {
      const { code, stdout } = await synfin('prove', '--smt2', dir);
      expect([code, stdout]).toEqual([0, expect.stringContaining('30 files')]);
      const files = readdirSync(dir);
      expect(files).toHaveLength(30);
      expect(files[2]).toBe('02-listen-syn.smt2');
      const text = readFileSync(join(dir, '02-listen-syn.smt2'), 'utf8');
      expect(text).toContain('; LISTEN: SYN / agreement: unsat');
      const closed = await synfin('prove', '--smt2', join(dir, '02-listen-syn.smt2', 'below'));
      expect([closed.code, closed.stderr]).toEqual([1, expect.stringContaining('below')]);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  test.runIf(has('z3'))('--without says which clause is not kept, and by which rule', async () => {
    const { code, stdout } = await synfin('prove', '--solver', 'z3', '--theory', 'time', '--without', '2msl');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^✘ 2 MSL \(3\.10\.8\)/m);
    expect(stdout).toContain('not kept: quiet');
    expect(stdout.match(/^✘/gm)).toHaveLength(1);
  });

  test.runIf(has('z3'))(
    '--without shows a counterexample as a state and a step, in both languages',
    async () => {
      const args = ['prove', '--solver', 'z3', '--without', 'three'];
      const en = (await synfin(...args)).stdout.replace(/\s+/g, ' ');
      expect(en).toMatch(
        /Before: .*A1: state = NONE.* then “LISTEN: SYN” with p = A1, q = B1; what changes: /,
      );
      expect(en).toContain('A1: state = ESTABLISHED, heard, irs = ISS(B1), syn_acked, sent_syn_ack');
      expect(en).toContain('so “agreement” no longer holds for p = A1, q = B1');
      expect(en).toContain('syn_acked: Its SYN is acknowledged.');
      const zh = (await synfin(...args, '--lang', 'zh')).stdout.replace(/\s+/g, '');
      expect(zh).toContain('然后发生“LISTEN收到SYN”，其中p=A1,q=B1');
      expect(zh).toContain('syn_acked：它的SYN已得到确认。');
    },
  );

  test.runIf(has('z3'))('--json says everything; what is not proved is exit code 1', async () => {
    const { code, stdout } = await synfin(
      'prove',
      '--solver',
      'z3',
      '--theory',
      'time',
      '--limit',
      '1',
      '--json',
    );
    const report = JSON.parse(stdout) as { asked: number; good: number; expected: boolean };
    expect([code, report.asked, report.expected]).toEqual([1, 73, false]);
    expect(report.good).toBeLessThan(73);
  });

  test('--bridge holds the hosts of a theory against it, and its mutants; --json has them all', async () => {
    const args = ['prove', '--bridge', '--theory', 'cookies', '--steps', '1000'];
    const { code, stdout } = await synfin(...args, '--json');
    const report = JSON.parse(stdout) as Record<string, unknown>;
    expect(code).toBe(0);
    expect(report).toMatchObject({
      unexplained: 0,
      reports: [{ theory: 'cookies', id: 'hosts-cookies', first: null }],
    });
    expect(report['mutants']).toMatchObject([
      { theory: 'cookies', mutant: 'cookie-again', rules: ['cookie-once'], without: 0, expected: true },
    ]);
    const told = await synfin(...args);
    expect(told.stdout).toMatch(/^✔ cookies: hosts-cookies: random walks, 1,0\d\d transitions/m);
    expect(told.stdout).toMatch(/^✔ cookies: cookie-again: 1 unexplained/m);
  });

  test.each([
    [['--steps', '5'], '--bridge'],
    [['--bridge', '--steps', '0'], '--steps must be a whole number'],
    [['--solver', 'yices'], '--solver must be one of wasm, z3, cvc5'],
    [['--without', 'nothing'], '--without must be one of isn'],
    [['--theory', 'clocks'], '--theory must be one of base, blind, half-close, cookies, fast, time'],
    [['--theory', 'blind', '--without', 'three'], '--without must be one of challenge-rst'],
    [['--limit', '0'], '--limit must be a whole number'],
    [['three'], 'too many arguments'],
  ])('%j is a wrong argument', async (args, message) => {
    const { code, stdout, stderr } = await synfin('prove', ...args);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(message)]);
  });

  test.runIf(has('z3'))(
    'why --proof says the step first, then searches; and what the proof does not speak of',
    async () => {
      const three = await synfin('why', 'three', '--proof', '--solver', 'z3', '--plain');
      const flat = three.stdout.replace(/\s+/g, ' ');
      expect(three.code).toBe(0);
      expect(flat).toMatch(
        /LISTEN: SYN \(RFC 9293 §3\.10\.7\.2\) does not keep “agreement”: .*“one peer”: .*violated after 3 steps/,
      );
      const rst = await synfin('why', 'timewait-rst', '--proof', '--solver', 'z3', '--states', '1');
      expect(rst.stdout.replace(/\s+/g, ' ')).toContain('TIME-WAIT: RST (RFC 1337 §3) does not keep “quiet”');
      const again = await synfin('why', 'synack-again', '--proof', '--json', '--states', '1');
      expect(JSON.parse(again.stdout)).toMatchObject({ proof: { rules: [] } });
    },
  );

  test('a solver that is not there is said, and how to get it', async () => {
    const { PATH } = process.env;
    process.env['PATH'] = '';
    try {
      const { code, stderr } = await synfin('prove', '--solver', 'cvc5');
      expect([code, stderr]).toEqual([1, expect.stringContaining('apt-get install cvc5')]);
    } finally {
      process.env['PATH'] = PATH;
    }
  });
});
