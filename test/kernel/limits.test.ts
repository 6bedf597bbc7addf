// What texts say of Linux's times is so on this machine: how long connect() tries, by the settings that they name; and a run
// against the kernel that is ended early says so. Needs root and network namespaces.

import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import {
  claims,
  interviewQuestions,
  questions,
  runbooks,
  scenarios,
  type Text,
} from '../../src/lab/index.ts';

function namespaces(): boolean {
  try {
    execFileSync('unshare', ['--net', 'ip', 'link', 'set', 'lo', 'up'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
const here = namespaces();
if (!here) console.warn('test/kernel/limits.test.ts is skipped: no network namespaces here');

/** Nominally, seconds: the SYNs of the linear retries come a second apart, then the pauses double. */
const connectSeconds = (retries: number, linear: number): number => linear + 2 ** (retries + 1) - 1;
const synAckSeconds = (retries: number): number => 2 ** (retries + 1) - 1;

/** How long connect() to an address that swallows everything takes in a namespace with these settings, seconds. */
function connectTakes(retries: number, linear: number): { readonly code: string; readonly seconds: number } {
  const program = `const began = performance.now();
    require('node:net').connect(9, '10.99.0.2').on('error', ({ code }) =>
      console.log(JSON.stringify({ code, seconds: (performance.now() - began) / 1000 })))`;
  const script =
    // What is sent to it comes back on the loopback interface, and is for nobody.
    'ip link set lo up && ip addr add 10.99.0.1/32 dev lo && ip route add 10.99.0.2/32 dev lo src 10.99.0.1 && ' +
    `echo ${retries} > /proc/sys/net/ipv4/tcp_syn_retries && ` +
    `{ [ ! -e /proc/sys/net/ipv4/tcp_syn_linear_timeouts ] || echo ${linear} > /proc/sys/net/ipv4/tcp_syn_linear_timeouts; } && ` +
    'exec "$0" -e "$1"';
  const printed = execFileSync('unshare', ['--net', 'sh', '-c', script, process.execPath, program], {
    encoding: 'utf8',
    timeout: 30_000,
  });
  return JSON.parse(printed) as { code: string; seconds: number };
}

describe.skipIf(!here)('connect() to nobody', () => {
  test.each([
    [1, 0],
    [1, 1],
  ])(
    'tcp_syn_retries %i, tcp_syn_linear_timeouts %i: ETIMEDOUT after what the formula says',
    { timeout: 40_000 },
    (retries, linear) => {
      const { code, seconds } = connectTakes(retries, linear);
      expect(code).toBe('ETIMEDOUT');
      // The first timeout is jiffies over, and the machine may be busy.
      expect(seconds).toBeGreaterThan(connectSeconds(retries, linear) - 0.1);
      expect(seconds).toBeLessThan(connectSeconds(retries, linear) + 1.5);
    },
  );
});

test('with the defaults that is 131 s, 127 s before linear retries came, and 63 s for a SYN,ACK', () => {
  expect([connectSeconds(6, 4), connectSeconds(6, 0), synAckSeconds(5)]).toEqual([131, 127, 63]);
});

function joined(...texts: readonly (Text | undefined)[]): Text {
  const of = (lang: keyof Text) => texts.map((text) => text?.[lang] ?? '').join(' ');
  return { en: of('en'), zh: of('zh') };
}

/** Every paragraph that the lab says in a language. */
function said(lang: keyof Text): string[] {
  return [
    ...scenarios.flatMap(({ explanation, notice, linux }) => [
      explanation,
      ...notice,
      ...(linux === undefined ? [] : [linux]),
    ]),
    // A question, its answer and what follows are read together.
    ...questions.map(({ question, answer, more }) => joined(question, answer, more)),
    ...interviewQuestions.flatMap(({ short, full }) => [short, full]),
    ...runbooks.flatMap(({ means, fault, looks }) => [means, fault, ...looks.map(({ reads }) => reads)]),
    ...claims.map(({ truth }) => truth),
  ].map((text) => text[lang]);
}

test.each([
  ['en', /three minutes/i],
  ['zh', /(?:3|三) ?分钟/],
] as const)(
  '%s: where the RFC’s three minutes are told, Linux’s time stands beside them, with its setting',
  (lang, minutes) => {
    const told = said(lang).filter((text) => minutes.test(text) && /MUST-23|RFC|SYN|connect/.test(text));
    expect(told.length).toBeGreaterThan(3);
    for (const text of told) {
      expect(text).toMatch(/131|63/);
      expect(text).toMatch(/tcp_syn_retries|tcp_synack_retries/);
    }
  },
);

describe.skipIf(!here)('a scenario with the kernel of this machine', () => {
  test('that goes on for longer than a run in real time says that it was ended, after how long, and how to see all', {
    timeout: 40_000,
  }, () => {
    const run = (id: string) =>
      execFileSync(process.execPath, ['bin/synfin.js', 'run', id, '--peer', 'kernel', '--plain'], {
        encoding: 'utf8',
        timeout: 30_000,
        env: { ...process.env, LC_ALL: 'C' },
      }).replace(/\s+/g, ' ');
    const cut = run('cw-leak');
    expect(cut).toContain(
      'In real time the run was ended after 5 s; more of this scenario comes later (synfin run cw-leak).',
    );
    // And it tells of what was seen, not of what comes later.
    expect(cut).toMatch(/At the end the client is FIN-WAIT-2 and .* CLOSE-WAIT/);
    expect(cut).not.toContain('What to notice');
    expect(run('hs')).not.toContain('In real time the run was ended');
  });
});
