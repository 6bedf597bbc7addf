// What `register` is told: by its argument, by the variable SYNFIN, or by a file; one schema for all of them.

import type { Host } from '../../host/index.ts';
import { either, flag, like, list, nested, oneOf, Schema, seed, text } from '../../options/index.ts';
import { type WireConfig, wireConfig } from '../../sim/index.ts';
import { namesOptions } from './names/index.ts';

/** What the simulated wire of {@link RegisterConfig} does to packets, and the seed of its dice. */
export interface RegisterFaults extends WireConfig {
  /** The same seed, the same dice. Default 1. */
  seed?: number | string;
}

/** What can be said in every way; the rest of {@link RegisterOptions} only by the argument. */
export interface RegisterConfig {
  /**
   * Networks (`10.0.0.0/8`, `::1/128`) that are reached through the host; everything else stays with the kernel.
   * Default: 127.0.0.0/8 and ::1.
   */
  networks?: readonly string[];
  /** Addresses that the host has beside its loopback (`10.1.0.1`); they are synfin's like those of `networks`. */
  addresses?: readonly string[];
  /** Whether a server that listens on every address is the host's. Default true. */
  listenOnAny?: boolean;
  /** Names that are synfin's, and their addresses: `{ db: '10.1.0.5' }`. In SYNFIN: `hosts.db=10.1.0.5`. */
  hosts?: Readonly<Record<string, string | readonly string[]>>;
  /** DNS servers that are reached through the host: `10.1.0.53`. They are asked for the names of `domains`. */
  servers?: readonly string[];
  /**
   * Names in these domains (`example.org`) are asked at `servers`; all others, as those that are not in `hosts`, with the
   * machine's own resolver. Default: every name, where there are servers.
   */
  domains?: readonly string[];
  /** What befalls the packets on the host's loopback: loss, delay, rate, reordering. Default: nothing. */
  faults?: RegisterFaults;
  /** Prints on standard error what is redirected and what cannot be: in the language of the locale, or in this one. */
  explain?: boolean | 'en' | 'zh';
}

/** What is synfin's, and how its network is. */
export interface RegisterOptions extends RegisterConfig {
  /**
   * The host of code that runs on none in particular. Default: a new one that has its loopback and `addresses`, with
   * the profile 'linux'. `addresses` and `faults` are for that one.
   */
  host?: Host;
}

const registerFaults = new Schema<RegisterFaults>('faults', { ...wireConfig.kinds, seed });

/** Of SYNFIN and of files. */
export const registerConfig = new Schema<RegisterConfig>('register', {
  networks: list(text),
  addresses: list(text),
  listenOnAny: flag,
  hosts: namesOptions.kinds.hosts,
  servers: list(text),
  domains: list(text),
  faults: nested(registerFaults),
  explain: either(flag, oneOf('en', 'zh')),
});

/** Of `register`. */
export const registerOptions = new Schema<RegisterOptions>('register', {
  ...registerConfig.kinds,
  host: like('a Host', 'connect', 'listen'),
});
