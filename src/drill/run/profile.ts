// Which system a script was written for: the profile of a host, and what of it is the referee's.

import { type FreebsdSteps, freebsdRules, hostProfiles } from '../../host/index.ts';
import { freebsd, linux, type Personality } from '../../socket/posix/index.ts';
import type { Rules, TcpConfig } from '../../tcp/index.ts';

/** The expectations of one system. */
export interface Profile {
  readonly name: 'linux' | 'freebsd';
  /** Whose `#ifdef` blocks count. */
  readonly platform: 'Linux' | 'FreeBSD';
  readonly personality: Personality;
  readonly tcp: Partial<TcpConfig>;
  readonly rules: Rules;
  /** What the system does otherwise and no setting covers. */
  readonly differences: readonly string[];
}

/** Linux with the defaults that its own scripts assume. */
export const linuxProfile: Profile = {
  name: 'linux',
  platform: 'Linux',
  personality: linux,
  rules: hostProfiles.linux.rules,
  tcp: hostProfiles.linux.tcp,
  differences: [
    'duplicates and reordering do not start quick ACKs again',
    'the send buffer counts octets, not the memory of socket buffers: partial writes have other sizes',
    'the window field of outbound segments follows the plain buffer size',
    'accept does not give a connection that was reset in the queue',
    'TCP_NOTSENT_LOWAT decides when a socket is writable, not how much one write takes',
    'while TCP_DEFER_ACCEPT waits for text, SYN,ACKs go on',
    'the accept queue is checked when the SYN comes, not again with every ACK',
  ],
};

/** FreeBSD with the defaults that its test suite sets. */
export const freebsdProfile: Profile = {
  name: 'freebsd',
  platform: 'FreeBSD',
  personality: freebsd,
  rules: hostProfiles.freebsd.rules,
  tcp: hostProfiles.freebsd.tcp,
  differences: ['the host cache does not exist'],
};

export type { FreebsdSteps };

/** A table of rules that sysctls may change while a script runs. */
export class ChosenRules {
  readonly rules: Rules;
  #steps: FreebsdSteps = {};

  constructor(rules: Rules) {
    this.rules = { ...rules };
  }

  /** The steps of FreeBSD that a sysctl chooses. */
  choose(steps: FreebsdSteps): void {
    this.#steps = { ...this.#steps, ...steps };
    Object.assign(this.rules, freebsdRules(this.#steps));
  }
}

/** By name. */
export const profiles = { linux: linuxProfile, freebsd: freebsdProfile } as const;
