// Existing programs on synfin: `register()` puts the handles of this folder in the place of Node's, for the addresses
// that are synfin's. Before net is loaded it is one property of one binding (level 3: everything that is loaded later
// takes it); afterwards three methods of net's prototypes (level 2). Nothing else is changed, and `undo` takes it back.

import type * as Module from 'node:module';
import { Host } from '../../host/index.ts';
import { flag, like, list, Schema, text } from '../../options/index.ts';
import { isNetLoaded, requireLater } from './internals.ts';
import type { Patched } from './patched.ts';
import { PATCHES } from './patches.ts';
import { Redirects } from './places.ts';

/** What is synfin's. */
export interface RegisterOptions {
  /** The host of code that runs on none in particular. Default: a new one that has its loopback and nothing else. */
  host?: Host;
  /**
   * Networks (`10.0.0.0/8`, `::1/128`) that are reached through the host; everything else stays with the kernel.
   * Default: 127.0.0.0/8 and ::1.
   */
  networks?: readonly string[];
  /** Whether a server that listens on every address is the host's. Default true. */
  listenOnAny?: boolean;
}

const registerOptions = new Schema<RegisterOptions>('register', {
  host: like('a Host', 'connect', 'listen'),
  networks: list(text),
  listenOnAny: flag,
});

/** What {@link register} did. */
export interface Registration {
  readonly host: Host;
  /** 3: the binding, before net was loaded; 2: the prototypes of net. */
  readonly level: 2 | 3;
  /** What was changed, one line each. */
  readonly changed: readonly string[];
  /**
   * Takes everything back: new sockets are the kernel's. A host that was made here is closed, since nobody could reach
   * it any more: its servers close, its connections end (see `host.close`). One that was given stays as it is, with
   * its sockets.
   */
  undo(): void;
  [Symbol.dispose](): void;
  /** As {@link undo}; and resolves when a host that was made here is closed. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** One a process, whichever copy of the package made it. */
const REGISTERED = Symbol.for('synfin.register');

interface Registered {
  [REGISTERED]?: Registration | undefined;
}

const LOOPBACK = ['127.0.0.0/8', '::1/128'] as const;

/** A second registration, of this copy of the package or of another. */
export class RegisteredError extends Error {
  override readonly name = 'RegisteredError';
  readonly code = 'ERR_SYNFIN_REGISTERED';
}

/**
 * From now on sockets of this process are synfin's where `options` say so, and the kernel's elsewhere.
 *
 * ```ts
 * using registration = register();   // or: node --import synfin/register app.js
 * ```
 *
 * Throws RegisteredError when there is a registration already, MissingInternalError where Node is not 22, 24 or 26.
 */
export function register(options: RegisterOptions = {}): Registration {
  registerOptions.check(options);
  const registered = process as Registered;
  if (registered[REGISTERED] !== undefined)
    throw new RegisteredError(
      'synfin is registered in this process already, by this or another copy of it: undo that first',
    );
  const host = options.host ?? new Host({ name: 'loopback', profile: 'linux' }).unref();
  const redirects = new Redirects(options.networks ?? LOOPBACK, options.listenOnAny ?? true);
  const level = isNetLoaded() ? 2 : 3;
  const patched: Patched[] = [];
  const undo = (): void => {
    redirects.end();
    for (const each of patched.splice(0).reverse()) each.undo();
  };
  try {
    for (const patch of PATCHES[level]) for (const each of patch({ host, redirects })) patched.push(each);
  } catch (error) {
    undo();
    throw error;
  }
  const registration: Registration = {
    host,
    level,
    changed: patched.map(({ what }) => what),
    undo() {
      if (registered[REGISTERED] !== registration) return;
      registered[REGISTERED] = undefined;
      undo();
      syncExports();
      if (host !== options.host) void host.close();
    },
    [Symbol.dispose]() {
      registration.undo();
    },
    async [Symbol.asyncDispose]() {
      registration.undo();
      if (host !== options.host) await host.close();
    },
  };
  registered[REGISTERED] = registration;
  syncExports();
  return registration;
}

/** The registration of this process, or null. */
export function currentRegistration(): Registration | null {
  return (process as Registered)[REGISTERED] ?? null;
}

/** `import { connect } from 'node:net'` sees what was changed. */
function syncExports(): void {
  (requireLater('node:module') as typeof Module).syncBuiltinESMExports();
}
