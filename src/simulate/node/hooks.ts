// What programs on hosts start, seen as async_hooks tell it: timers and immediates become the simulation's, work in the
// thread pool is waited for, and what cannot be simulated is refused.

import { AsyncResource, createHook, type HookCallbacks } from 'node:async_hooks';
import { currentLife, type Life } from '../life.ts';
import type { Job, Loop } from '../loop.ts';
import type { Changes } from './changes.ts';
import { nodeModule } from './modules.ts';
import type { NodeTimeout, Timers } from './timers.ts';

/**
 * Types of async_hooks that stay on the thread; any other may be work in the thread pool. Among them is what net, dgram and
 * dns make of their own before they are given what is the simulation's.
 */
const ON_THREAD =
  /^(PROMISE|Microtask|JSSTREAM|JSSTREAMWRAP|TLSWRAP|WRITEWRAP|SHUTDOWNWRAP|STREAM_END.*|HTTP.*|Http.*|SYNFIN.*|bound-.*|UNDICI.*|SNAPSHOT.*|AsyncLocalStorage.*|RequireStack|.*AsyncResource|DNSCHANNEL|MESSAGEPORT|BLOBREADER|ELDHISTOGRAM|PERFORMANCEOBSERVER|TTYWRAP|TCP.*WRAP|UDP.*WRAP|QUERYWRAP)$/i;

/** What is of the machine that the simulation runs on, by the name by which it can be let through. */
export const FOREIGN: Readonly<Record<string, string>> = {
  PROCESSWRAP: 'child_process',
  WORKER: 'worker_threads',
  PIPEWRAP: 'pipe',
  PIPESERVERWRAP: 'pipe',
  PIPECONNECTWRAP: 'pipe',
  FSEVENTWRAP: 'fs.watch',
  STATWATCHER: 'fs.watch',
  GETADDRINFOREQWRAP: 'dns',
  GETNAMEINFOREQWRAP: 'dns',
};

interface NodeImmediate {
  _onImmediate: ((...args: unknown[]) => unknown) | null;
  _argv: unknown[] | null | undefined;
  [JOB]?: Job;
}

const JOB = Symbol('synfin.immediate');

/** Who is told of what cannot be simulated; whether it is let through. */
export type Foreign = (what: string, life: Life, stack: string) => boolean;

/** Hooks for one simulation. */
export function installHooks(loop: Loop, timers: Timers, foreign: Foreign, changes: Changes): void {
  const kinds = new Map<string, boolean>();
  const guarded = guardOf(loop);
  const callbacks: HookCallbacks & { trackPromises: boolean } = {
    trackPromises: false, // Node 22 tracks them all the same, at a price
    init(_id, type, _trigger, resource) {
      if (loop.isOwn) return;
      const life = currentLife();
      if (life === null) return;
      if (type === 'Timeout') {
        timers.made(resource as NodeTimeout, life);
        return;
      }
      if (type === 'Immediate') {
        takeImmediate(resource as NodeImmediate, life, loop);
        return;
      }
      if (type === 'TickObject') {
        guardTick(resource as Tick, guarded);
        return;
      }
      let onThread = kinds.get(type);
      if (onThread === undefined) {
        onThread = ON_THREAD.test(type);
        kinds.set(type, onThread);
      }
      if (onThread) {
        if (type === 'MESSAGEPORT') loop.needsTurns = true;
        return;
      }
      const what = FOREIGN[type];
      if (what !== undefined) {
        if (foreign(what, life, new Error().stack ?? '')) loop.isLetThrough = true;
        else queueMicrotask(() => (resource as Partial<NodeTimeout>).unref?.()); // made by then; nobody lives for it
        return;
      }
      loop.pool = true;
      if (type === 'ZLIB') countWrites(resource as Writer, loop);
    },
  };
  const hook = createHook(callbacks).enable();
  changes.also(() => hook.disable());
  watchCompilation(loop, changes);
  const { clearImmediate } = globalThis;
  const clear = (immediate?: NodeJS.Immediate): void => {
    const job = (immediate as NodeImmediate | undefined)?.[JOB];
    if (job !== undefined) job.run = null;
    clearImmediate(immediate);
  };
  changes.put(globalThis, 'clearImmediate', clear);
  changes.put(nodeModule('timers') as object, 'clearImmediate', clear);
}

/** The immediate's turn comes; what it does is done when the thread pool has had its. */
function takeImmediate(immediate: NodeImmediate, life: Life, loop: Loop): void {
  const { _onImmediate: callback, _argv: args } = immediate;
  if (callback === null) return;
  loop.isOwn = true;
  const context = new AsyncResource('SYNFIN_SIM_IMMEDIATE');
  loop.isOwn = false;
  const job: Job = {
    life,
    run: () => void context.runInAsyncScope(callback, immediate, ...(args ?? [])),
  };
  immediate[JOB] = job;
  immediate._onImmediate = () => loop.immediate(job);
  loop.woke();
}

type Callback = (...args: unknown[]) => unknown;
type Guarded = (callback: Callback, args: unknown[] | undefined) => void;

/** Node's own object of a tick. */
interface Tick {
  callback: Callback | Guarded;
  args: unknown[] | [Callback, unknown[] | undefined] | undefined;
}

/** A tick that throws would leave Node's stack of async ids as it is then: nobody is above to clear it. */
function guardOf(loop: Loop): Guarded {
  return (callback, args) => {
    try {
      if (args === undefined) callback();
      else callback(...args);
    } catch (error) {
      loop.threw(error, currentLife() as Life); // a tick is of who has asked for it
    }
  };
}

/** The same function for all: there are a dozen of them in a request. */
function guardTick(tick: Tick, guarded: Guarded): void {
  tick.args = [tick.callback as Callback, tick.args];
  tick.callback = guarded;
}

interface Writer {
  write?: (...args: unknown[]) => unknown;
}

/** One resource for many jobs: each write is one. */
function countWrites(resource: Writer, loop: Loop): void {
  const { write } = resource;
  if (typeof write !== 'function') return;
  resource.write = function (...args) {
    loop.pool = true;
    return write.apply(this, args);
  };
}

type Compile = (...args: unknown[]) => Promise<unknown>;

/** V8 compiles WebAssembly on threads that nobody can see. */
function watchCompilation(loop: Loop, changes: Changes): void {
  const { WebAssembly } = globalThis as unknown as { WebAssembly: Record<string, Compile | undefined> };
  for (const name of ['compile', 'compileStreaming', 'instantiate', 'instantiateStreaming']) {
    const original = WebAssembly[name];
    if (original === undefined) continue;
    changes.put(WebAssembly, name, (...args: unknown[]) => {
      const found = original.apply(WebAssembly, args);
      if (currentLife() === null) return found;
      loop.pending++;
      const done = (): void => {
        loop.pending--;
      };
      found.then(done, done);
      return found;
    });
  }
}
