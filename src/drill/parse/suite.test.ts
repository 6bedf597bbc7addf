// What the runners of the two suites give to a script.

import { expect, test } from 'vitest';
import { parseScript } from './parser.ts';
import { printScript } from './print.ts';
import { assumedDefaults, ipVersionOf, suiteOptions, suiteWords } from './suite.ts';

const PACKETDRILL = '`../../common/defaults.sh`';
const KERNEL = '`./defaults.sh`';

test('each suite has addresses of its own, and IPv6 an MTU', () => {
  const of = (text: string, version: string) =>
    Object.fromEntries(suiteOptions(text, version).map(({ name, value }) => [name, value]));
  expect(of(PACKETDRILL, 'ipv4')).toEqual({ local_ip: '192.168.0.2', remote_ip: '192.0.2.1' });
  expect(of(PACKETDRILL, 'ipv6')).toEqual({
    local_ip: 'fd3d:fa7b:d17d::0',
    remote_ip: '2001:DB8::1',
    mtu: '1520',
  });
  expect(of(KERNEL, 'ipv4')).toMatchObject({ local_ip: '192.168.0.1' });
  expect(of('`reboot`', 'ipv4')).toEqual({});
});

test('the cookies are those of the addresses; an ICMP code that a runner fills in is "host unreachable"', () => {
  const of = (text: string, version: string, name: string): string | undefined => {
    const word = suiteWords(text, version).find((define) => define.name === name);
    return word?.kind === 'word' ? word.text : undefined;
  };
  expect(of(PACKETDRILL, 'ipv4', 'TFO_COOKIE')).toBe('de4f234f0f433a55');
  expect(of(KERNEL, 'ipv4', 'TFO_COOKIE')).toBe('3021b9d889017eeb');
  expect(of(PACKETDRILL, 'ipv4', 'CODE')).toBe('host_unreachable');
  expect(of(KERNEL, 'ipv6', 'CODE')).toBeUndefined();
  expect(suiteWords('`reboot`', 'ipv4')).toEqual([]);
});

test('a script of a suite whose name ends in v6 is for IPv6', () => {
  expect(ipVersionOf(PACKETDRILL, 'mtu/basic-v6.pkt')).toBe('ipv6');
  expect(ipVersionOf(PACKETDRILL, 'mtu/basic-v4.pkt')).toBe('ipv4');
  expect(ipVersionOf('', 'mine-v6.pkt')).toBe('ipv4');
});

test('defaults that only a comment names are assumed, unless there is a command', () => {
  const event = '0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3';
  const script = parseScript(`//\`../common/defaults.sh\`\n${event}\n`);
  expect(script.assumed).toBe('../common/defaults.sh');
  expect(parseScript(printScript(script)).assumed).toBe('../common/defaults.sh');
  expect(parseScript(`// as \`../common/defaults.sh\` has it\n${event}\n`).assumed).toBeUndefined();
  expect(parseScript(`//\`../common/defaults.sh\`\n\`true\`\n${event}\n`).assumed).toBeUndefined();
  expect(assumedDefaults('//`reboot`')).toBeNull();
});
