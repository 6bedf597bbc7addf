// What the runners of packetdrill's own suite and of the kernel's give each script: its addresses and MTU, and the words for
// the cookies that follow from these and from the keys of `defaults.sh`.

import type { Define, ScriptOption } from '../ast.ts';

/** True for a script, or a command of one, that is of a suite: it sets its defaults. */
export function isOfSuite(text: string): boolean {
  return /(?:^|[\s`/])defaults\.sh(?![\w.])/m.test(text);
}

/** The `defaults.sh` that a comment names as a command, null: none does. */
export function assumedDefaults(text: string): string | null {
  return /^[ \t]*\/\/[ \t]*`([\w./]*\bdefaults\.sh)`/m.exec(text)?.[1] ?? null;
}

/** True where `defaults.sh` is that of packetdrill's own suite: it has a folder for it. */
function isPacketdrills(text: string): boolean {
  return /(?:^|[\s`/])common\/defaults\.sh(?![\w.])/m.test(text);
}

/** What one runner gives to scripts of one version of IP: `options` as on a command line, and words such as the cookies of its addresses. */
interface Given {
  readonly options: Readonly<Record<string, string>>;
  readonly words: Readonly<Record<string, string>>;
}

/** tools/testing/selftests/net/packetdrill/ksft_runner.sh. */
const KERNEL: Readonly<Record<4 | 6, Given>> = {
  4: {
    options: { local_ip: '192.168.0.1', remote_ip: '192.0.2.1' },
    words: { TFO_COOKIE: '3021b9d889017eeb', TFO_COOKIE_ZERO: 'b7c12350a90dc8f5' },
  },
  6: {
    options: { local_ip: 'fd3d:0a0b:17d6::1', remote_ip: 'fd3d:fa7b:d17d::1', mtu: '1520' },
    words: { TFO_COOKIE: 'c1d1e9742a47a9bc', TFO_COOKIE_ZERO: '82af1a8f9a205c34' },
  },
};

/** gtests/net/packetdrill/run_all.py; CODE, which it leaves out, is what the kernel's copies of these scripts have. */
const PACKETDRILL: Readonly<Record<4 | 6, Given>> = {
  4: {
    options: { local_ip: '192.168.0.2', remote_ip: '192.0.2.1' },
    words: { TFO_COOKIE: 'de4f234f0f433a55', CODE: 'host_unreachable' },
  },
  6: {
    options: { local_ip: 'fd3d:fa7b:d17d::0', remote_ip: '2001:DB8::1', mtu: '1520' },
    words: { TFO_COOKIE: '6aa6ae70c288023b', CODE: 'address_unreachable' },
  },
};

function given(text: string, ipVersion: string): Given {
  return (isPacketdrills(text) ? PACKETDRILL : KERNEL)[ipVersion === 'ipv6' ? 6 : 4];
}

/** The version that a script is for where it does not say so: the runner knows one for IPv6 by its name. */
export function ipVersionOf(text: string, file: string): string {
  return isOfSuite(text) && file.endsWith('v6.pkt') ? 'ipv6' : 'ipv4';
}

/** Options for a script with this command; none for one that is of no suite. */
export function suiteOptions(text: string, ipVersion: string): readonly ScriptOption[] {
  if (!isOfSuite(text)) return [];
  const { options } = given(text, ipVersion);
  return Object.entries(options).map(([name, value]) => ({ name, value, line: 0 }));
}

/** Words of such a script. */
export function suiteWords(text: string, ipVersion: string): readonly Define[] {
  if (!isOfSuite(text)) return [];
  const level = ipVersion === 'ipv4' ? 'IP' : 'IPV6';
  const words = {
    ...given(text, ipVersion).words,
    CMSG_LEVEL_IP: `SOL_${level}`,
    CMSG_TYPE_RECVERR: `${level}_RECVERR`,
  };
  return Object.entries(words).map(([name, word]) => ({ name, kind: 'word', text: word }));
}
