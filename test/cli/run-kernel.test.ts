// `synfin run` against the kernel of this machine, in a namespace of its own, as a user starts it.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { expectedStates } from '../../src/cli/run-scenario.ts';
import type { Trace } from '../../src/lab/index.ts';
import { canUseNamespaces, canUseTun } from '../../src/link/tun/index.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

const namespaces = await canUseNamespaces();
const device = await canUseTun();
const why = !namespaces.ok ? namespaces.why : !device.ok ? device.why : '';
const skipped = why === '' ? '' : ` (skipped: ${why})`;

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

function synfin(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { timeout: 40_000, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

describe.skipIf(why !== '')(`synfin run against the kernel${skipped}`, () => {
  test.each(['active', 'passive', 'simultaneous'] as const)(
    '--close %s: the kernel itself reports the states of RFC 9293, after every segment',
    async (close) => {
      const { code, stdout, stderr } = await synfin(['run', '--json', '--close', close, '--msl', '100']);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const { summary, ...trace } = JSON.parse(stdout) as Trace & { summary: Record<string, unknown> };
      expect(trace.ends.right).toMatchObject({
        states: 'observed',
        name: expect.stringMatching(/^Linux \d/),
      });
      expect(summary).toMatchObject({
        ok: true,
        failures: [],
        states: { left: expectedStates('left', close, false), right: expectedStates('right', close, true) },
      });
      for (const event of trace.events) {
        for (const change of event.changes) expect(change.rule === null).toBe(change.end === 'right');
      }
      const arrivals = trace.events.filter((event) => event.kind === 'arrived');
      expect(arrivals.length).toBe(trace.events.filter((event) => event.kind === 'sent').length);
    },
  );

  test('the drawing ends with what was verified, and the machine has no interface more than before', async () => {
    const before = Object.keys(networkInterfaces());
    const { code, stdout } = await synfin(['run', '--msl', '50', '--ascii', '--no-color']);
    expect(code).toBe(0);
    expect(stdout).toContain('kernel itself reports (sock_diag)');
    expect(stdout).toMatch(/\+ synfin: CLOSED -> SYN-SENT/);
    expect(stdout).toMatch(/\+ Linux [\d.]+: LISTEN -> SYN-RECEIVED/);
    expect(Object.keys(networkInterfaces())).toEqual(before);
  });

  /** Sends a signal to the process group, as a terminal does, while synfin is in TIME-WAIT. */
  async function interrupted(signal: NodeJS.Signals): Promise<[number, string]> {
    const args = [MAIN, 'run', '--msl', '20000'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let errors = '';
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    let drawn = '';
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk) => {
        drawn += chunk;
        if (drawn.includes('2 MSL')) resolve();
      });
    });
    process.kill(-(child.pid as number), signal);
    const [code] = await once(child, 'close');
    return [code, errors];
  }

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends it at once, with %i, and it says so', async (signal, expected) => {
    const [code, errors] = await interrupted(signal);
    expect(code).toBe(expected);
    expect(errors).toContain('interrupted');
  });

  test('a scenario in real time: the third segment lost, and the kernel sends its SYN,ACK again', async () => {
    const { code, stdout, stderr } = await synfin(['run', 'ack3-lost', '--peer', 'kernel', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const trace = JSON.parse(stdout) as Trace;
    expect(trace.ends.right).toMatchObject({
      states: 'observed',
      name: expect.stringMatching(/^Linux \d/),
    });
    const fromKernel = trace.events.flatMap((event) =>
      event.kind === 'sent' && event.from === 'right' ? [event] : [],
    );
    expect(fromKernel.map(({ segment }) => segment.flags)).toEqual(['SYN,ACK', 'SYN,ACK']);
    expect(fromKernel[1]?.retransmission).toBe(true);
    expect(fromKernel[1]?.states).toEqual({ left: 'ESTABLISHED', right: 'SYN-RECEIVED' });
    expect(trace.events.at(-1)?.states).toEqual({ left: 'ESTABLISHED', right: 'ESTABLISHED' });
  });

  test('a scenario that the kernel cannot play is one line, and exit code 1', async () => {
    const { code, stdout, stderr } = await synfin(['run', 'halfopen', '--peer', 'kernel']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^synfin run: --peer kernel: the kernel's end cannot crash: .*\n$/);
  });

  test('a reader that goes away ends it quietly', async () => {
    const child = spawn(process.execPath, [MAIN, 'run'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [code] = await once(child, 'exit');
    expect([code, errors]).toEqual([141, '']);
  });
});

describe('where there is no kernel peer', () => {
  const nowhere = { ...process.env, PATH: '/nonexistent' };

  test('it says why in one line, and a second synfin takes its place', async () => {
    const { code, stdout } = await synfin(['run'], nowhere);
    expect(code).toBe(0);
    expect(stdout.split('\n')[0]).toMatch(/^No kernel peer here \(.+\): a second synfin takes its place\.$/);
    expect(stdout).toContain('synfin-2');
  });

  test('with --json the line is on standard error, and the document is whole', async () => {
    const { code, stdout, stderr } = await synfin(['run', '--json'], nowhere);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^No kernel peer here/);
    expect(JSON.parse(stdout)).toMatchObject({ summary: { ok: true } });
  });

  test('--peer kernel insists, and fails', async () => {
    const { code, stdout, stderr } = await synfin(['run', '--peer', 'kernel'], nowhere);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^synfin run: --peer kernel: .+\n$/);
  });
});
