// The hosts of a simulation by their names, which are addresses here: what may be a name, and where it is known.

import { needed, Schema, text } from '../options/index.ts';
import { namesOf } from '../socket/node/index.ts';
import { DNS_NAME, type Dns } from './dns.ts';
import { SimulationError } from './errors.ts';
import {
  type Program,
  programKind,
  SimulatedHost,
  type SimulatedHostOptions,
  type Surroundings,
  simulatedHostOptions,
} from './machine.ts';
import type { Network } from './network/index.ts';

const names = new Schema<{ name: string }>('sim', { name: needed(text) });

/** Refuses what is no text. @throws OptionTypeError */
export function checkName(name: string): void {
  names.check({ name });
}

/** A label as DNS has it (RFC 1035 section 2.3.1), dots between them. */
const NAME = /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/i;

/** Each has an address of 10.0.0.0/16; those from 10.0.255.0 on are not theirs. */
const MOST_HOSTS = 65_000;

/** See above. */
export class Population {
  readonly #network: Network;
  readonly #dns: Dns;
  readonly #defaults: SimulatedHostOptions;
  readonly #hosts = new Map<string, SimulatedHost>();

  /** `defaults`: what hosts have that say nothing else. */
  constructor(network: Network, dns: Dns, defaults: SimulatedHostOptions) {
    this.#network = network;
    this.#dns = dns;
    this.#defaults = defaults;
  }

  /** In the order in which they were made. */
  get all(): SimulatedHost[] {
    return [...this.#hosts.values()];
  }
  get(name: string): SimulatedHost | undefined {
    return this.#hosts.get(name);
  }

  /** A host more. @throws SimulationError, OptionTypeError, OptionRangeError */
  add(name: string, program: Program, options: SimulatedHostOptions, around: Surroundings): SimulatedHost {
    this.#check(name);
    simulatedHostOptions.check(options);
    programKind.check(program, 'sim.host', 'program');
    const host = new SimulatedHost(
      name,
      this.#hosts.size + 1,
      program,
      { ...this.#defaults, ...options },
      around,
    );
    this.#hosts.set(name, host);
    return host;
  }

  #check(name: string): void {
    checkName(name);
    if (!NAME.test(name))
      throw new SimulationError(
        'ERR_SIM_HOST',
        `'${name}' is no name of a host: letters, digits, '-' and '.', as in DNS`,
      );
    if (this.#hosts.size >= MOST_HOSTS)
      throw new SimulationError('ERR_SIM_HOST', `a simulation has ${MOST_HOSTS} hosts at most`);
    if (this.#network.has(name))
      throw new SimulationError(
        'ERR_SIM_HOST',
        `there is '${name}' already${name === DNS_NAME ? ' (the name server)' : ''}: names are addresses here`,
      );
  }

  /** A host starts: its name, and what it asks for names, lead to the right addresses. */
  named({ name, addresses, stack }: SimulatedHost): void {
    this.#dns.set(name, addresses);
    namesOf(stack, {
      servers: this.#dns.servers,
      hosts: { localhost: '127.0.0.1', [name]: addresses },
    });
  }
}
