// What a program has of its process: that it ends itself, the signals that it gets, and what it is told of errors that
// nobody has caught. Each life of a host has its own, where Node has one for all.

import { EventEmitter } from 'node:events';
import { constants } from 'node:os';
import { currentLife, type Life } from '../life.ts';
import type { Changes } from './changes.ts';

/** What a host is told of its program. */
export interface Ending {
  /** The program says that its process ends. */
  exits(code: number, life: Life): void;
  /** The program sends a signal to itself. */
  signals(name: NodeJS.Signals, life: Life): void;
}

/** Signals that there are on this machine. */
export const SIGNALS = Object.keys(constants.signals) as NodeJS.Signals[];

/** Signals that do nothing unless somebody listens (signal(7)). */
const IGNORED: ReadonlySet<string> = new Set(['SIGCHLD', 'SIGCONT', 'SIGURG', 'SIGWINCH', 'SIGINFO']);

/** What is told of a process, and not of the machine's. */
const OWN: ReadonlySet<unknown> = new Set<unknown>([
  ...SIGNALS,
  'exit',
  'beforeExit',
  'uncaughtException',
  'uncaughtExceptionMonitor',
  'unhandledRejection',
  'rejectionHandled',
]);

const METHODS = [
  'on',
  'addListener',
  'once',
  'prependListener',
  'prependOnceListener',
  'off',
  'removeListener',
  'removeAllListeners',
  'listeners',
  'rawListeners',
  'listenerCount',
] as const;

function eventsOf(life: Life): EventEmitter {
  return life.own(eventsOf, () => new EventEmitter());
}

/** Tells a program of something, as `process` does; whether it listens. */
export function tellProcess(life: Life, event: string, ...args: readonly unknown[]): boolean {
  return eventsOf(life).emit(event, ...args);
}

/** What is told is told to a program, and not to the machine's process. */
export function isOfProcess(event: unknown): boolean {
  return OWN.has(event);
}

/** A signal comes. True: the program listens, or nothing happens; else it is the program's end. */
export function takesSignal(life: Life, name: NodeJS.Signals): boolean {
  if (name === 'SIGKILL') return false;
  return tellProcess(life, name, name, constants.signals[name]) || IGNORED.has(name);
}

/** Nothing of a program runs behind `process.exit`: thrown there, and looked at by nobody. */
export class ProcessExit extends Error {
  override readonly name = 'ProcessExit';
  readonly code = 'ERR_SIM_EXIT';
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`process.exit(${exitCode})`);
    this.exitCode = exitCode;
  }
}

/** From now on programs on hosts have processes of their own. */
export function installProcess(ending: Ending, changes: Changes): void {
  for (const name of METHODS) {
    const original = process[name] as (...args: unknown[]) => unknown;
    changes.put(process, name, (...args: unknown[]) => {
      const life = currentLife();
      const isOurs = OWN.has(args[0]) || (name === 'removeAllListeners' && args.length === 0);
      if (life === null || !isOurs) return original.apply(process, args);
      const events = eventsOf(life);
      const found = (events[name] as (...all: unknown[]) => unknown).apply(events, args);
      return found === events ? process : found;
    });
  }
  const { exit, kill } = process;
  changes.put(process, 'exit', (code?: number | string | null) => {
    const life = currentLife();
    if (life === null) return exit.call(process, code);
    const exitCode = Number(code ?? 0);
    if (!life.isDead) ending.exits(exitCode, life);
    throw new ProcessExit(exitCode);
  });
  changes.put(process, 'kill', (pid: number, signal: NodeJS.Signals | number = 'SIGTERM') => {
    const life = currentLife();
    if (life === null || pid !== process.pid || signal === 0) return kill.call(process, pid, signal);
    const name = SIGNALS.find((each) => each === signal || constants.signals[each] === signal);
    if (name === undefined) return kill.call(process, pid, signal); // which says what is wrong with it
    if (!life.isDead) ending.signals(name, life);
    return true;
  });
}
