// Which system a script was written for: the profile of a host, and what of it is the referee's.

import {
  type FreebsdSteps,
  freebsdRules,
  hostProfiles,
  type LinuxSteps,
  linuxRules,
} from '../../host/index.ts';
import { freebsd, linux, type Personality } from '../../socket/posix/index.ts';
import { type Rules, rfc9293, type TcpConfig } from '../../tcp/index.ts';

/** The expectations of one system. */
export interface Profile {
  readonly name: 'rfc' | 'linux' | 'freebsd';
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
    'a send buffer that no SO_SNDBUF has set counts octets, not memory',
    'text that goes again has no second report of SO_TIMESTAMPING',
    'while TCP_DEFER_ACCEPT waits for text, SYN,ACKs go on',
    'the accept queue is checked when the SYN comes, not again with every ACK',
  ],
};

/** What the RFCs say, and what they recommend; Linux's socket calls. */
export const rfcProfile: Profile = {
  name: 'rfc',
  platform: 'Linux',
  personality: linux,
  rules: hostProfiles.rfc.rules,
  tcp: hostProfiles.rfc.tcp,
  differences: [],
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

/** Steps that sysctls choose. */
export type Steps = FreebsdSteps &
  LinuxSteps & {
    /** net.ipv4.tcp_rfc1337: a RST does not end TIME-WAIT. */
    readonly rfc1337?: boolean;
  };

/** A table of rules that sysctls may change while a script runs. */
export class ChosenRules {
  readonly rules: Rules;
  #freebsd: FreebsdSteps = {};

  constructor(rules: Rules) {
    this.rules = { ...rules };
  }

  /** The steps that a sysctl chooses. */
  choose({ rfc1337, minTsoSegs, tailLossProbe, ...freebsd }: Steps): void {
    Object.assign(
      this.rules,
      linuxRules({
        ...(minTsoSegs === undefined ? {} : { minTsoSegs }),
        ...(tailLossProbe === undefined ? {} : { tailLossProbe }),
      }),
    );
    if (rfc1337 !== undefined) {
      this.rules.timeWaitRst = (rfc1337 ? rfc9293 : hostProfiles.linux.rules).timeWaitRst;
    }
    if (Object.keys(freebsd).length === 0) return;
    this.#freebsd = { ...this.#freebsd, ...freebsd };
    Object.assign(this.rules, freebsdRules(this.#freebsd));
  }
}

/** By name. */
export const profiles = { linux: linuxProfile, freebsd: freebsdProfile, rfc: rfcProfile } as const;
