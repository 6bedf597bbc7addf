import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, test } from 'vitest';
import {
  actionsOf,
  base,
  blind,
  blindRules,
  clausesOf,
  obligationsOf,
  POSSIBLE,
  prove,
  removedRules,
  type Solver,
  type StepReport,
  type Theory,
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

describe.each(['z3', 'cvc5'] as const)('%s of the system', (name) => {
  const there = has(name);
  const rules = name === 'z3' ? removedRules : removedRules.slice(0, 3);

  test.runIf(there)('proves the base theory', async () => {
    const solver = await solverNamed(name);
    const reports = await steps(base, solver);
    expect(failed(reports)).toEqual([]);
    expect(reports.reduce((n, { asked }) => n + asked, 0)).toBe(384);
  });

  test.runIf(there)('finds the step that fails without a rule', async () => {
    const solver = await solverNamed(name);
    for (const rule of rules) {
      const reports = await steps(theoryWithout(base, rule), solver, touchedBy(rule));
      expect(failed(reports)).toEqual(rule.fails.map((step) => `${step.join(' / ')}: sat`));
    }
  });

  test.runIf(there)('says that it does not know when its limit is too low', async () => {
    const solver = await solverNamed(name, 1);
    const [report] = await steps(base, solver, ['text']);
    expect(report?.failed).toContainEqual({ clause: 'agreement', answer: 'unknown' });
  });
});

test.runIf(has('z3'))(
  'the base theory with forged segments is proved, and each rule against them is needed',
  async () => {
    const solver = await solverNamed('z3');
    expect(failed(await steps(blind, solver))).toEqual([]);
    for (const rule of blindRules) {
      const reports = await steps(theoryWithout(blind, rule), solver, touchedBy(rule));
      expect(failed(reports)).toEqual(rule.fails.map((step) => `${step.join(' / ')}: sat`));
    }
  },
);

describe.runIf(has('z3'))('the helper clauses', async () => {
  const solver = has('z3') ? await solverNamed('z3') : null;

  test.each(clausesOf(base).flatMap((clause) => (clause.neededFor === undefined ? [] : [clause])))(
    '$name: without it the proof fails at $neededFor',
    async ({ name, neededFor = [] }) => {
      const [action, clause] = neededFor;
      const group = obligationsOf(base, { withoutClause: name }).find((each) => each.action === action);
      const obligation = group?.obligations.find((each) => each.clause === clause);
      if (group === undefined || obligation === undefined) throw new Error('no such step');
      expect(await solver?.ask({ ...group, obligations: [obligation] })).toEqual(['sat']);
    },
  );
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
  const silent: Solver = { name: '', ask: async (group) => group.obligations.map(() => 'unsat'), end() {} };
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
    const { code, stdout } = await synfin('prove', '--solver', 'z3', '--without', 'closing');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^✘ FIN in order \(3\.10\.7\.4 eighth\)/m);
    expect(stdout).toContain('not kept: TIME-WAIT');
    expect(stdout.match(/^✘/gm)).toHaveLength(1);
  });

  test.runIf(has('z3'))('--json says everything; what is not proved is exit code 1', async () => {
    const { code, stdout } = await synfin('prove', '--solver', 'z3', '--limit', '1', '--json');
    const report = JSON.parse(stdout) as { asked: number; good: number; expected: boolean };
    expect([code, report.asked, report.expected]).toEqual([1, 384, false]);
    expect(report.good).toBeLessThan(384);
  });

  test.each([
    [['--solver', 'yices'], '--solver must be one of wasm, z3, cvc5'],
    [['--without', 'nothing'], '--without must be one of isn'],
    [['--theory', 'time'], '--theory must be one of base, blind'],
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
        /LISTEN: SYN \(RFC 9293 §3\.10\.7\.2\) does not keep “agreement”.*violated after 3 steps/,
      );
      const rst = await synfin('why', 'timewait-rst', '--proof', '--solver', 'z3', '--states', '1');
      expect(rst.stdout.replace(/\s+/g, ' ')).toContain('holds without this rule');
      const again = await synfin('why', 'synack-again', '--proof', '--json', '--states', '1');
      expect(JSON.parse(again.stdout)).toMatchObject({ proof: { rule: null, expected: true } });
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
