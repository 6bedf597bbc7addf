// The solvers of `synfin prove`: Z3 as WebAssembly (the optional peer `z3-solver`), or a `z3` or `cvc5` of the system. Each is
// asked the questions of one action after the other, within a limit of its own steps and not of time, so that the answers
// are the same on every machine.

import { execFile } from 'node:child_process';
import { type Answer, type Group, groupScript, type Solver } from '../lab/proof/index.ts';

/** The names for `--solver`. */
export const SOLVERS = ['wasm', 'z3', 'cvc5'] as const;
export type SolverName = (typeof SOLVERS)[number];

/** A solver that is not there, or that does not understand. */
export class SolverError extends Error {
  override readonly name = 'SolverError';
  readonly code: 'MISSING' | 'FAILED';

  constructor(code: 'MISSING' | 'FAILED', message: string) {
    super(message);
    this.code = code;
  }
}

/** Steps of a solver for one question; the hardest of the base theory takes Z3 less than a hundredth of it. */
export const LIMIT = 20_000_000;

/** Starts a solver. Throws a {@link SolverError} when it is not there. */
export function solverNamed(name: SolverName, limit = LIMIT): Promise<Solver> {
  return name === 'wasm' ? wasmSolver(limit) : nativeSolver(name, limit);
}

/** What is used of `z3-solver`; pointers are numbers. */
interface Z3 {
  mk_config(): number;
  del_config(config: number): void;
  mk_context(config: number): number;
  del_context(context: number): void;
  mk_string_symbol(context: number, text: string): number;
  mk_params(context: number): number;
  params_inc_ref(context: number, params: number): void;
  params_dec_ref(context: number, params: number): void;
  params_set_uint(context: number, params: number, key: number, value: number): void;
  mk_solver(context: number): number;
  solver_inc_ref(context: number, solver: number): void;
  solver_dec_ref(context: number, solver: number): void;
  solver_set_params(context: number, solver: number, params: number): void;
  solver_from_string(context: number, solver: number, text: string): void;
  solver_push(context: number, solver: number): void;
  solver_pop(context: number, solver: number, count: number): void;
  solver_check(context: number, solver: number): Promise<number>;
  solver_get_model(context: number, solver: number): number;
  model_inc_ref(context: number, model: number): void;
  model_dec_ref(context: number, model: number): void;
  model_to_string(context: number, model: number): string;
  get_error_code(context: number): number;
  get_error_msg(context: number, code: number): string;
  get_full_version(): string;
}

interface Z3Module {
  init(): Promise<{ Z3: Z3; em: { PThread: Threads } }>;
}

/** Emscripten's threads, as far as they have to be ended. */
interface Threads {
  readonly runningWorkers: readonly { onmessage: unknown }[];
  readonly unusedWorkers: readonly { onmessage: unknown }[];
  terminateAllThreads(): void;
}

const ANSWERS: Readonly<Record<number, Answer>> = { 1: 'sat', [-1]: 'unsat' };

async function wasmSolver(limit: number): Promise<Solver> {
  const name = 'z3-solver';
  let module: Z3Module;
  try {
    module = (await import(name)) as Z3Module;
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new SolverError('MISSING', name);
  }
  const { Z3, em } = await module.init();
  return {
    name: Z3.get_full_version().replace(/^(Z3 [\d.]+).*$/s, '$1 (wasm)'),
    ask: (group) => askZ3(Z3, group, limit),
    example: (group, { text }, more) =>
      withZ3(Z3, group.text, limit, async (context, solver, read) => {
        read(`${text}\n${more}`);
        if (ANSWERS[await Z3.solver_check(context, solver)] !== 'sat') return null;
        const model = Z3.solver_get_model(context, solver);
        Z3.model_inc_ref(context, model);
        const said = Z3.model_to_string(context, model);
        Z3.model_dec_ref(context, model);
        return said;
      }),
    end: () => endThreads(em.PThread),
  };
}

// A thread may still say something while it ends, of which Emscripten would complain on standard error.
function endThreads(threads: Threads): void {
  const workers = [...threads.runningWorkers, ...threads.unusedWorkers];
  threads.terminateAllThreads();
  for (const worker of workers) worker.onmessage = () => undefined;
}

/** `eval_smtlib2_string` of 5.2.0 may read a text that is gone already; `solver_from_string` has read it when it returns. */
function askZ3(z3: Z3, { text, obligations }: Group, limit: number): Promise<Answer[]> {
  return withZ3(z3, text, limit, async (context, solver, read) => {
    const answers: Answer[] = [];
    for (const obligation of obligations) {
      z3.solver_push(context, solver);
      read(obligation.text);
      answers.push(ANSWERS[await z3.solver_check(context, solver)] ?? 'unknown');
      z3.solver_pop(context, solver, 1);
    }
    return answers;
  });
}

/** A solver that has read a text, as long as `use` needs it. */
async function withZ3<T>(
  z3: Z3,
  text: string,
  limit: number,
  use: (context: number, solver: number, read: (script: string) => void) => Promise<T>,
): Promise<T> {
  const config = z3.mk_config();
  const context = z3.mk_context(config);
  z3.del_config(config);
  const solver = z3.mk_solver(context);
  z3.solver_inc_ref(context, solver);
  const params = z3.mk_params(context);
  z3.params_inc_ref(context, params);
  z3.params_set_uint(context, params, z3.mk_string_symbol(context, 'rlimit'), limit);
  z3.solver_set_params(context, solver, params);
  const read = (script: string): void => {
    z3.solver_from_string(context, solver, script);
    const code = z3.get_error_code(context);
    if (code !== 0) throw new SolverError('FAILED', z3.get_error_msg(context, code));
  };
  try {
    read(text);
    return await use(context, solver, read);
  } finally {
    z3.params_dec_ref(context, params);
    z3.solver_dec_ref(context, solver);
    z3.del_context(context);
  }
}

/** How each program is started: it reads standard input. */
const PROGRAMS: Readonly<Record<Exclude<SolverName, 'wasm'>, (limit: number) => readonly string[]>> = {
  z3: (limit) => [`rlimit=${limit}`, '-in'],
  cvc5: (limit) => ['--incremental', '--finite-model-find', `--rlimit-per=${limit}`, '--lang=smt2', '-'],
};

async function nativeSolver(name: keyof typeof PROGRAMS, limit: number): Promise<Solver> {
  const version = (await output(name, ['--version'], '')).split('\n', 1)[0] ?? '';
  return {
    name: `${name} ${/\d+(\.\d+)+/.exec(version)?.[0] ?? ''}`.trim(),
    ask: async (group) => {
      const said = await output(name, PROGRAMS[name](limit), groupScript(group));
      // Z3 counts its reading of the text, too: where that is too much, there is no answer to anything.
      if (/resource limit exceeded|canceled/.test(said)) return group.obligations.map(() => 'unknown');
      const lines = said.trimEnd().split('\n');
      const wrong = lines.find((line) => !['sat', 'unsat', 'unknown'].includes(line));
      if (wrong !== undefined || lines.length !== group.obligations.length)
        throw new SolverError('FAILED', wrong ?? said);
      return lines as Answer[];
    },
    example: async (group, { text }, more) => {
      const script = `(set-option :produce-models true)\n${group.text}\n${text}\n${more}\n(check-sat)\n(get-model)\n`;
      const said = await output(name, PROGRAMS[name](limit), script);
      return said.startsWith('sat') ? said : null;
    },
    end: () => {},
  };
}

/** What a program writes to standard output; it may end as it likes. */
function output(program: string, args: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
      const { code } = (error ?? {}) as { code?: string | number };
      if (code === 'ENOENT') reject(new SolverError('MISSING', program));
      else if (error !== null && stdout === '') reject(new SolverError('FAILED', stderr || error.message));
      else resolve(stdout);
    });
    // A program that ends before it has read everything says why on its output.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}
