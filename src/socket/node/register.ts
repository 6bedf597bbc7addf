// Existing programs on synfin: `register()` puts the handles of this folder in the place of Node's, for the addresses
// that are synfin's. What is not loaded yet takes what its binding then has (level 3); of what is, methods are replaced
// (level 2). `patches.ts` lists all of it; nothing else is changed, and `undo` takes it back.

import type * as Module from 'node:module';
import { Host } from '../../host/index.ts';
import { outOfRange, wrongKind } from '../../options/index.ts';
import type { Wire } from '../../sim/index.ts';
import { defaultConfig } from '../../tcp/index.ts';
import { parseAddress } from '../../wire/index.ts';
import { explanation, localeLang } from './explain.ts';
import { isNetLoaded, requireLater } from './internals.ts';
import { loopbackWire } from './loopback-wire.ts';
import { NameRedirects, namesOf } from './names/index.ts';
import type { Patched } from './patched.ts';
import { PATCHES } from './patches.ts';
import { Redirects } from './places.ts';
import { configurations, merged } from './register-config.ts';
import { type RegisterOptions, registerOptions } from './register-options.ts';

/** What {@link register} did. */
export interface Registration {
  readonly host: Host;
  /** 3: the binding, before net was loaded; 2: the prototypes of net. */
  readonly level: 2 | 3;
  /** What was changed, one line each. */
  readonly changed: readonly string[];
  /** What is redirected, what is not, and what cannot be, in English or Chinese; some twenty lines. */
  explain(lang?: 'en' | 'zh'): string;
  /** The wire that packets of the loopback pass, from a to b, where `faults` were asked for; its rules may be changed. */
  readonly wire: Wire | null;
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
 * What `options` leave open is taken from the variable SYNFIN and from the nearest synfin.config.ts, .js or .json.
 *
 * Throws RegisteredError when there is a registration already, MissingInternalError where Node is not 22, 24 or 26,
 * TypeError and RangeError for options that cannot be meant, ConfigError for a configuration that cannot be read.
 */
export function register(options: RegisterOptions = {}): Registration {
  registerOptions.check(options);
  const registered = process as Registered;
  if (registered[REGISTERED] !== undefined)
    throw new RegisteredError(
      'synfin is registered in this process already, by this or another copy of it: undo that first',
    );
  const found = configurations();
  const all = merged(options, found);
  const { networks = LOOPBACK, addresses = [], listenOnAny = true } = all;
  checkAddresses(addresses);
  const redirects = new Redirects([...networks, ...addresses], listenOnAny);
  const { host, wire } = options.host === undefined ? hostFor(all) : { host: givenHost(options), wire: null };
  /** What was made here has nobody who could reach it. */
  const close = async (): Promise<void> => {
    if (host === options.host) return;
    await host.close();
    wire?.close();
  };
  const names = new NameRedirects(host, redirects, all.domains ?? null);
  const level = isNetLoaded() ? 2 : 3;
  const patched: Patched[] = [];
  const undo = (): void => {
    redirects.end();
    for (const each of patched.splice(0).reverse()) each.undo();
  };
  try {
    const { hosts, servers } = all;
    if (hosts !== undefined || servers !== undefined)
      namesOf(host, {
        ...(hosts === undefined ? {} : { hosts }),
        ...(servers === undefined ? {} : { servers }),
      });
    for (const patch of PATCHES[level])
      for (const each of patch({ host, redirects, names })) patched.push(each);
  } catch (error) {
    undo();
    void close();
    throw error;
  }
  const registration: Registration = {
    host,
    level,
    changed: patched.map(({ what }) => what),
    wire,
    explain(lang = localeLang()) {
      const sources = found.map(({ from }) => from);
      const { changed } = registration;
      const faults = wire === null ? undefined : all.faults;
      return explanation({ level, changed, host, redirects, names, faults, sources }, lang);
    },
    undo() {
      if (registered[REGISTERED] !== registration) return;
      registered[REGISTERED] = undefined;
      undo();
      syncExports();
      void close();
    },
    [Symbol.dispose]() {
      registration.undo();
    },
    async [Symbol.asyncDispose]() {
      registration.undo();
      await close();
    },
  };
  registered[REGISTERED] = registration;
  syncExports();
  const { explain = false } = all;
  if (explain !== false) process.stderr.write(registration.explain(explain === true ? undefined : explain));
  return registration;
}

/**
 * What programs get that ask for no host: as in Linux, with the buffers of the default profile. Linux's own grow with what
 * is read; these stay, and on a loopback, which has no delay, a longer queue is only further from the cache.
 */
export function loopbackHost(): Host {
  const { receiveBuffer, sendBuffer } = defaultConfig;
  return new Host({ name: 'loopback', profile: 'linux', tcp: { receiveBuffer, sendBuffer } }).unref();
}

function checkAddresses(addresses: readonly string[]): void {
  for (const [i, text] of addresses.entries())
    if (parseAddress(text) === null)
      throw wrongKind('register', `addresses[${i}]`, text, 'an IP address, like 10.1.0.1');
}

/** The host that register makes. */
function hostFor({ addresses = [], faults }: RegisterOptions): { host: Host; wire: Wire | null } {
  const host = loopbackHost();
  const [lo] = host.interfaces;
  for (const address of addresses)
    if (lo !== undefined) host.addAddress(lo, `${address}/${address.includes(':') ? 128 : 32}`);
  return { host, wire: faults === undefined ? null : loopbackWire(host, faults) };
}

/** The host of the argument, which has its addresses and its links already. */
function givenHost({ host, addresses, faults }: RegisterOptions): Host {
  for (const [name, value] of Object.entries({ addresses, faults }))
    if (value !== undefined)
      throw outOfRange(
        'register',
        name,
        value,
        'left out where `host` is given: it is for a host that is made here',
      );
  return host as Host;
}

/** The registration of this process, or null. */
export function currentRegistration(): Registration | null {
  return (process as Registered)[REGISTERED] ?? null;
}

/** `import { connect } from 'node:net'` sees what was changed. */
function syncExports(): void {
  (requireLater('node:module') as typeof Module).syncBuiltinESMExports();
}
