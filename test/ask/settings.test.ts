// The defaults that the answers name are those of a Linux kernel: read in a network namespace of its own, where nobody has
// changed them. The counters that they name are there.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { questions } from '../../src/lab/index.ts';

/** The value of a setting in a new namespace; null: there is no such setting here, or no namespace to be had. */
function settingOf(path: string): string | null {
  if (!existsSync(`/proc/sys/${path}`)) return null;
  try {
    return execFileSync('unshare', ['--net', 'cat', `/proc/sys/${path}`], { encoding: 'utf8' }).trim();
  } catch {
    return null;
  }
}

function textOf(id: string): string {
  const { answer, more } = questions.find((one) => one.id === id) ?? {};
  return [answer?.en, more?.en].join('\n');
}

test.each([
  ['tcp-tw-reuse', 'net/ipv4/tcp_tw_reuse', '2', 'Default 2'],
  ['tcp-tw-reuse', 'net/ipv4/tcp_tw_reuse_delay', '1000', '1000 ms'],
  ['tcp-fin-timeout', 'net/ipv4/tcp_fin_timeout', '60', '60 seconds'],
  ['tcp-syn-retries', 'net/ipv4/tcp_syn_retries', '6', '6 by default'],
  ['tcp-syn-retries', 'net/ipv4/tcp_syn_linear_timeouts', '4', 'tcp_syn_linear_timeouts of them, 4'],
  ['tcp-synack-retries', 'net/ipv4/tcp_synack_retries', '5', '5 by default'],
  ['somaxconn', 'net/core/somaxconn', '4096', 'Default 4096'],
  ['tcp-abort-on-overflow', 'net/ipv4/tcp_abort_on_overflow', '0', '0 (default)'],
  ['tcp-keepalive-sysctls', 'net/ipv4/tcp_keepalive_time', '7200', '7200 s'],
  ['tcp-keepalive-sysctls', 'net/ipv4/tcp_keepalive_intvl', '75', '75 s'],
  ['tcp-keepalive-sysctls', 'net/ipv4/tcp_keepalive_probes', '9', '9 probes'],
  ['tcp-retries2', 'net/ipv4/tcp_retries2', '15', '15 by default'],
  ['tcp-retries2', 'net/ipv4/tcp_retries1', '3', 'tcp_retries1 (3)'],
  ['tcp-syncookies', 'net/ipv4/tcp_syncookies', '1', '1 (default)'],
  ['eaddrnotavail', 'net/ipv4/ip_local_port_range', '32768\t60999', '32768 to 60999'],
  ['timestamps', 'net/ipv4/tcp_timestamps', '1', 'tcp_timestamps is 1'],
  ['rto', 'net/ipv4/tcp_rto_min_us', '200000', '200 ms'],
  ['slow-start', 'net/ipv4/tcp_slow_start_after_idle', '1', 'tcp_slow_start_after_idle 1'],
] as const)('%s: %s is %s', (id, path, value, words) => {
  expect(textOf(id)).toContain(words);
  const here = settingOf(path);
  if (here === null) console.info(`${path}: not to be had here`);
  else expect(here).toBe(value);
});

test('the counters that are named exist', () => {
  const files = ['/proc/net/netstat', '/proc/net/snmp'];
  if (!files.every((file) => existsSync(file))) {
    console.info('no /proc/net/netstat here');
    return;
  }
  const known = new Set(files.flatMap((file) => readFileSync(file, 'utf8').split(/[\s:]+/)));
  const named = questions.flatMap(({ answer, more }) =>
    [...`${answer.en} ${more?.en ?? ''}`.matchAll(/\bTcpExt(\w+)/g)].map(([, name = '']) => name),
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});
