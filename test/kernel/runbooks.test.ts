// Every runbook on this machine, and what is said of its defaults: its situation is made in two network namespaces, its commands are run there, and they
// print what the runbook says, but for the numbers.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { interviewQuestions, type Look, runbooks } from '../../src/lab/index.ts';
import { Namespace, titled, whyNoKernel } from '../support/namespace.ts';

const why = await whyNoKernel(['ss', 'nstat']);

const HERE = '10.0.0.1';
const THERE = '10.0.0.2';
/** Milliseconds after which something happens while a command runs. */
const DURING = 700;

/** This host and its peer, on a wire. */
class Pair {
  readonly here: Namespace;
  readonly there: Namespace;

  private constructor(here: Namespace, there: Namespace) {
    this.here = here;
    this.there = there;
  }

  static async open(): Promise<Pair> {
    const pair = new Pair(await Namespace.open(), await Namespace.open());
    const { here, there } = pair;
    await pair.done(here, `ip link add eth0 type veth peer name eth0 netns ${there.pid}`);
    for (const [ns, address] of [
      [here, HERE],
      [there, THERE],
    ] as const)
      await pair.done(ns, `ip address add ${address}/24 dev eth0 && ip link set eth0 up`);
    return pair;
  }

  async done(ns: Namespace, command: string): Promise<void> {
    const { code, stderr } = await ns.sh(command);
    if (code !== 0) throw new Error(`${command}: ${stderr}`);
  }

  /** What `ns` sends to the other is lost from now on: no host has that link address. */
  deaf(ns: Namespace): Promise<void> {
    const other = ns === this.here ? THERE : HERE;
    return this.done(ns, `ip neigh replace ${other} lladdr 02:00:00:00:00:99 dev eth0 nud permanent`);
  }

  /** Starts an end (test/fixtures/tcp-end.ts) and waits until it is ready; `poke` makes it close what it holds. */
  async start(ns: Namespace, args: string, waits = true): Promise<{ readonly pid: number; poke(): void }> {
    const child = ns.node('tcp-end.ts', args.split(' '));
    if (waits) await new Promise((resolve) => child.stdout?.once('data', resolve));
    return { pid: child.pid as number, poke: () => child.stdin?.write('now\n') };
  }

  async close(): Promise<void> {
    await this.here.close();
    await this.there.close();
  }
}

/** What a situation leaves to the commands. */
interface Made {
  /** The process of this host that matters. */
  readonly pid?: number;
  /** A command is run on the peer. */
  readonly onPeer?: (look: Look) => boolean;
  /** Happens while each command runs. */
  readonly during?: () => unknown;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const situations: Readonly<Record<string, (pair: Pair) => Promise<Made>>> = {
  async 'close-wait'(pair) {
    const { pid } = await pair.start(pair.here, 'serve 8080 128 hold');
    await pair.start(pair.here, 'serve 8081 128 pause');
    await pair.start(pair.there, `connect ${HERE} 8080 3 close`);
    await pair.start(pair.there, `connect ${HERE} 8081 1 close`);
    return { pid };
  },
  async 'time-wait'(pair) {
    const server = await pair.start(pair.there, 'serve 80 128 hold');
    await pair.start(pair.here, `connect ${THERE} 80 3 close`);
    await pause(200);
    server.poke();
    return {};
  },
  async 'syn-recv'(pair) {
    await pair.start(pair.here, 'serve 8080 128 hold');
    await pair.deaf(pair.here);
    await pair.start(pair.there, `connect ${HERE} 8080 5 hold`, false);
    await pause(1500);
    return {};
  },
  async 'fin-wait-1'(pair) {
    await pair.start(pair.there, 'serve 80 128 pause');
    await pair.start(pair.there, 'serve 81 128 hold');
    const flood = await pair.start(pair.here, `connect ${THERE} 80 1 flood`);
    const idle = await pair.start(pair.here, `connect ${THERE} 81 1 hold`);
    await pause(1000);
    await pair.deaf(pair.there);
    flood.poke();
    idle.poke();
    return {};
  },
  async 'fin-wait-2'(pair) {
    await pair.start(pair.there, 'serve 80 128 hold');
    await pair.start(pair.here, `connect ${THERE} 80 1 shutdown`);
    await pair.start(pair.here, `connect ${THERE} 80 2 close`);
    return { onPeer: ({ run }) => run.includes('close-wait') };
  },
  async 'last-ack'(pair) {
    const server = await pair.start(pair.here, 'serve 8080 128 hold');
    await pair.start(pair.there, `connect ${HERE} 8080 2 shutdown`);
    await pause(300);
    await pair.deaf(pair.there);
    server.poke();
    return {};
  },
  async resets(pair) {
    await pair.start(pair.here, 'serve 8080 128 hold');
    await pair.start(pair.there, `connect ${HERE} 8080 1 hold`);
    const server = await pair.start(pair.here, 'serve 8081 128 pause');
    return {
      async during() {
        await pair.start(pair.there, `connect ${HERE} 8081 1 flood`);
        await pause(200);
        server.poke();
        await pair.start(pair.there, `connect ${HERE} 9999 1 hold`);
      },
    };
  },
  async timeouts(pair) {
    await pair.deaf(pair.there);
    await pair.start(pair.here, `connect ${THERE} 81 2 hold`, false);
    return {};
  },
  async refused(pair) {
    await pair.start(pair.here, 'serve 8080 128 hold');
    return { during: () => pair.start(pair.there, `connect ${HERE} 8081 1 hold`) };
  },
  async 'accept-queue'(pair) {
    await pair.start(pair.here, 'serve 8080 2 blocked');
    await pair.start(pair.there, `connect ${HERE} 8080 3 hold`);
    await pair.start(pair.there, `connect ${HERE} 8080 4 hold`, false);
    return { onPeer: ({ run }) => run.includes('syn-sent') };
  },
  async ports(pair) {
    await pair.done(pair.here, "sysctl -qw net.ipv4.ip_local_port_range='50000 50099'");
    const server = await pair.start(pair.there, 'serve 80 128 hold');
    await pair.start(pair.here, `connect ${THERE} 80 100 close`);
    await pause(300);
    server.poke();
    return {};
  },
};

/** A line without its numbers, its spaces, and the units of `ss` that depend on them. */
function shape(line: string): string {
  return line
    .replace(/([0-9a-f]{2}:){5}[0-9a-f]{2}/g, 'MAC')
    .replace(/timer:\((\w+),[^)]*\)/g, 'timer:($1)')
    .replace(/\b\d+(?:\.\d+)*\b/g, '#')
    .replace(/\d+/g, '#')
    .replace(/\s+/g, '');
}

/** What of a line of tcpdump the runbooks show: without the time and interface before it, and without what follows the numbers. */
function packet(line: string): string {
  return /(\d[\w.]* > \S+ Flags \[[^\]]*\])/.exec(line)?.[1] ?? '';
}

function has(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`]);
    return true;
  } catch {
    return false;
  }
}

/** The programs that a command line starts. */
function programsOf(run: string): string[] {
  const plain = run.replace(/'[^']*'/g, "''");
  return plain.split(/[|;]/).map((part) => part.trim().split(/\s+/)[0] as string);
}

describe('what the runbooks name', () => {
  const looks = runbooks.flatMap(({ id, looks: all }) => all.map((look) => ({ id, ...look })));

  test.runIf(why === '')('counters exist in this kernel', () => {
    const known = ['/proc/net/netstat', '/proc/net/snmp'].flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .flatMap((line) => {
          const [group = '', ...names] = line.replace(':', '').split(' ');
          return names.map((name) => group + name);
        }),
    );
    const named = looks.flatMap(({ run }) => (run.startsWith('nstat') ? run.split(' ').slice(2) : []));
    expect(named.length).toBeGreaterThan(15);
    for (const name of named) expect(known).toContain(name);
  });

  test.runIf(why === '')('sysctls exist in this kernel, those that only prose names, too', () => {
    const gone = new Set(['tcp_tw_recycle']);
    const prose = JSON.stringify(runbooks);
    const named = new Set(
      prose.match(/\b(?:tcp_[a-z]+_[a-z_0-9]+|tcp_syncookies|tcp_retries2|ip_local_[a-z_]+)/g),
    );
    expect(named.size).toBeGreaterThan(10);
    for (const name of named)
      if (!gone.has(name)) expect(() => readFileSync(`/proc/sys/net/ipv4/${name}`), name).not.toThrow();
  });

  /** What runbooks and interview call a default, and what a new namespace has. */
  const DEFAULTS: readonly (readonly [string, string, RegExp])[] = [
    ['ipv4/tcp_syn_retries', '6', /tcp_syn_retries ?=? ?6\b/],
    ['ipv4/tcp_syn_linear_timeouts', '4', /tcp_syn_linear_timeouts ?= ?4\b/],
    ['ipv4/tcp_synack_retries', '5', /tcp_synack_retries ?= ?5\b/],
    ['ipv4/tcp_retries2', '15', /tcp_retries2 ?= ?15\b/],
    ['ipv4/tcp_orphan_retries', '0', /tcp_orphan_retries \(0 stands for 8\)/],
    ['ipv4/tcp_fin_timeout', '60', /tcp_fin_timeout \(60 s/],
    ['ipv4/tcp_tw_reuse', '2', /tcp_tw_reuse ?= ?2\b/],
    ['ipv4/tcp_syncookies', '1', /tcp_syncookies ?= ?1\b/],
    ['ipv4/tcp_abort_on_overflow', '0', /tcp_abort_on_overflow is 0 by default/],
    ['ipv4/tcp_rfc1337', '0', /tcp_rfc1337=0/],
    ['ipv4/tcp_keepalive_time', '7200', /after 7200 s idle/],
    ['ipv4/tcp_keepalive_probes', '9', /nine probes/],
    ['ipv4/tcp_keepalive_intvl', '75', /75 s apart/],
    ['ipv4/ip_local_port_range', '32768 60999', /32768 to 60999: 28,232/],
    ['core/somaxconn', '4096', /somaxconn\), 4096 by default/],
  ];

  test.runIf(why === '')('defaults are those of this kernel, and the texts name them', async () => {
    const told = JSON.stringify([runbooks, interviewQuestions]);
    const ns = await Namespace.open();
    try {
      for (const [name, value, said] of DEFAULTS) {
        const { stdout, code } = await ns.sh(`cat /proc/sys/net/${name}`);
        // Older kernels do not have every one.
        if (code === 0) expect(stdout.trim().replace(/\s+/g, ' '), name).toBe(value);
        expect(said.test(told), name).toBe(true);
      }
    } finally {
      await ns.close();
    }
  });

  test.runIf(has('tcpdump'))('filters of tcpdump compile', () => {
    for (const { run } of looks) {
      const filter = /^tcpdump .*'([^']*)'$/.exec(run)?.[1]?.replace('PEER', THERE).replace('PORT', '80');
      if (filter !== undefined)
        expect(() =>
          execFileSync('tcpdump', ['-d', '-y', 'EN10MB', filter], { stdio: 'pipe' }),
        ).not.toThrow();
    }
  });
});

describe.skipIf(why !== '')(titled('the commands of the runbooks', why), () => {
  test.each(runbooks)(
    '$id: they print what it says',
    { timeout: 60_000, retry: 1 },
    async ({ id, looks }) => {
      const pair = await Pair.open();
      try {
        const make = situations[id];
        if (make === undefined) throw new Error(`no situation for ${id}`);
        const made = await make(pair);
        await pause(500);
        for (const look of looks) {
          const missing = programsOf(look.run).filter((program) => !has(program));
          if (missing.length > 0) {
            console.warn(`${id}: not run, there is no ${missing.join(', ')}: ${look.run}`);
            continue;
          }
          const ns = made.onPeer?.(look) === true ? pair.there : pair.here;
          const command = look.run
            .replaceAll('PID', String(made.pid))
            .replaceAll('PEER', THERE)
            .replaceAll('PORT', '8081');
          const history = `export NSTAT_HISTORY=${ns.path('nstat')};`;
          const running = ns.sh(`${history} ${command.replace(/^tcpdump/, 'timeout 8 tcpdump')}`);
          await pause(command.startsWith('tcpdump') ? DURING : 0);
          if (command.startsWith('tcpdump') || command.startsWith('nstat')) await made.during?.();
          const { stdout, stderr } = await running;
          const isPacket = command.startsWith('tcpdump');
          const seen = stdout.split('\n').map((line) => shape(isPacket ? packet(line) : line));
          const said = look.prints.split('\n').map((line) => shape(isPacket ? packet(line) : line));
          for (const line of said)
            if (line !== '') expect(seen, `${look.run}\n${stdout}${stderr}`).toContain(line);
        }
      } finally {
        await pair.close();
      }
    },
  );
});
