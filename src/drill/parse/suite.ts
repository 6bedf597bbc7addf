// What the runners of packetdrill's own suite and of the kernel's give each script: its addresses and MTU, and the words for
// the cookies that follow from these and from the keys of `defaults.sh`.

import type { Define, ScriptOption } from '../ast.ts';

/** True for a script, or a command of one, that is of a suite: it sets its defaults. */
export function isOfSuite(text: string): boolean {
  return /(?:^|[\s`/])defaults\.sh(?![\w.])/m.test(text);
}

const NETWORK = {
  4: { local_ip: '192.168.0.1', remote_ip: '192.0.2.1' },
  6: { local_ip: 'fd3d:0a0b:17d6::1', remote_ip: 'fd3d:fa7b:d17d::1', mtu: '1520' },
} as const;

/** Options, as on a command line, for a script of a suite. */
export function suiteOptions(ipVersion: string): readonly ScriptOption[] {
  return Object.entries(NETWORK[ipVersion === 'ipv6' ? 6 : 4]).map(([name, value]) => ({
    name,
    value,
    line: 0,
  }));
}

const WORDS = {
  4: { TFO_COOKIE: '3021b9d889017eeb', TFO_COOKIE_ZERO: 'b7c12350a90dc8f5' },
  6: { TFO_COOKIE: 'c1d1e9742a47a9bc', TFO_COOKIE_ZERO: '82af1a8f9a205c34' },
} as const;

/** Words of such a script. */
export function suiteWords(ipVersion: string): readonly Define[] {
  const level = ipVersion === 'ipv4' ? 'IP' : 'IPV6';
  const words = {
    ...WORDS[ipVersion === 'ipv6' ? 6 : 4],
    CMSG_LEVEL_IP: `SOL_${level}`,
    CMSG_TYPE_RECVERR: `${level}_RECVERR`,
  };
  return Object.entries(words).map(([name, text]) => ({ name, kind: 'word', text }));
}
