// Kernels on a network of ours: a client, a router with nft's rules, a server, each in a namespace of its own. Between client and
// router are simulated wires, between router and server a pair of veth. tcpdump captures beside the client, at the router's
// interface, and beside the server.

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Namespace } from '../../support/namespace.ts';
import type { At } from '../labelled.ts';
import { type Situation, wiresOf } from './situations.ts';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const FIRST_PORT = 8001;
/** All programs have done what they do by then. */
const MOST_MS = 40_000;
const MOST_LONG_MS = 120_000;
/** The server's address. */
export const SERVER = '10.9.0.2';

/** A situation with its place in a run. */
export interface Planned {
  readonly situation: Situation;
  readonly port: number;
  /** The address of its clients; '' where it is translated. */
  readonly client: string;
}

/** What was captured. */
export interface Captured {
  readonly planned: readonly Planned[];
  /** At the router each wire's interface has a file of its own. */
  readonly files: readonly { readonly at: At; readonly octets: Uint8Array }[];
  /** Connections that were hit by a rule of chance: `address port` of their clients. */
  readonly lost: ReadonlySet<string>;
  /** Situations that this kernel cannot make, with the reason. */
  readonly leftOut: readonly string[];
  /** How late the wires were at worst, milliseconds: a busy machine delays, and that is to be seen. */
  readonly lateMs: number;
}

async function must(net: Namespace, command: string): Promise<void> {
  const { code, stderr } = await net.sh(`set -e; ${command}`);
  if (code !== 0) throw new Error(`${command}: ${stderr}`);
}

async function said(child: ChildProcess, word: string, ms: number): Promise<void> {
  let text = '';
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no "${word}" in ${ms} ms: ${text}`)), ms);
    child.stdout?.on('data', (piece) => {
      text += String(piece);
      if (!text.includes(word)) return;
      clearTimeout(timer);
      resolve();
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`ended with ${code} before "${word}": ${text}`));
    });
  });
}

function rulesOf(planned: readonly Planned[], of: (one: Situation) => readonly string[] | undefined): string {
  const lines = planned.flatMap(({ situation, port, client }) =>
    (of(situation) ?? []).map(
      (rule) => `    ${rule.replaceAll('PORT', `${port}`).replaceAll('CLIENT', client)}`,
    ),
  );
  return lines.join('\n');
}

const TUPLES = '{ type ipv4_addr . inet_service; flags dynamic; size 65535; }';

function routerRules(planned: readonly Planned[]): string {
  const proxied = planned.filter(({ situation }) => situation.synproxy === true).map(({ port }) => port);
  const raw = proxied.map((port) => `    tcp dport ${port} tcp flags syn notrack`).join('\n');
  return `table ip matrix {
  set once ${TUPLES}
  set fin ${TUPLES}
  set gone ${TUPLES}
  set lost ${TUPLES}
  set alive { type ipv4_addr . inet_service; flags dynamic, timeout; size 65535; }
  chain raw { type filter hook prerouting priority raw;
${raw}
  }
  chain before { type nat hook prerouting priority dstnat;
${rulesOf(planned, ({ before }) => before)}
  }
  chain behind { type nat hook postrouting priority srcnat;
${rulesOf(planned, ({ behind }) => behind)}
  }
  chain way { type filter hook forward priority filter;
${rulesOf(planned, ({ rules }) => rules)}
  }
}
`;
}

function serverRules(planned: readonly Planned[]): string {
  return `table ip matrix {
  chain own { type filter hook input priority filter;
${rulesOf(planned, ({ serverRules: rules }) => rules)}
  }
}
`;
}

async function load(net: Namespace, rules: string): Promise<void> {
  const { code, stderr } = await net.run('nft', ['-f', '-'], { input: rules });
  if (code !== 0) throw new Error(`nft: ${stderr}`);
}

/** The kernel may have been built without SYNPROXY. */
async function hasSynproxy(net: Namespace): Promise<boolean> {
  const rule = 'nft add table ip t; nft add chain ip t c "{ type filter hook forward priority 0; }"';
  const { code } = await net.sh(
    `${rule}; nft add rule ip t c synproxy mss 1460; code=$?; nft delete table ip t; exit $code`,
  );
  return code === 0;
}

/** The tuples in nft's set `lost`. */
async function lostOf(net: Namespace): Promise<Set<string>> {
  const { stdout } = await net.sh('nft list set ip matrix lost');
  return new Set([...stdout.matchAll(/([\d.]+) \. (\d+)/g)].map(([, address, port]) => `${address} ${port}`));
}

/**
 * Runs `count` connections of each situation, all at once, over the wires of a seed, and captures them. Takes about 12 s, most
 * of it waiting; with long ones 80 s.
 */
export async function captureKernels(
  situations: readonly Situation[],
  count: number,
  seed = 1,
): Promise<Captured> {
  const nets = await Promise.all([Namespace.open(), Namespace.open(), Namespace.open()]);
  try {
    return await captureOn(nets, situations, count, seed);
  } finally {
    for (const net of nets) await net.close();
  }
}

async function captureOn(
  [client, router, server]: readonly [Namespace, Namespace, Namespace],
  situations: readonly Situation[],
  count: number,
  seed: number,
): Promise<Captured> {
  const wires = wiresOf(seed);
  const synproxy = await hasSynproxy(router);
  const made = situations.filter((one) => synproxy || one.synproxy !== true);
  const planned = made.map((situation, n): Planned => {
    const { wire = 1, translated = false } = situation;
    return { situation, port: FIRST_PORT + n, client: translated ? '' : `10.${wire}.0.${10 + n}` };
  });
  const wire = router.spawn(process.execPath, [here('wire.ts'), JSON.stringify(wires), `${seed}`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await said(wire, 'up', 20_000);
  let late = '';
  wire.stdout?.on('data', (piece) => {
    late += String(piece);
  });
  const quiet = 'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6 2>/dev/null || true';
  for (const net of [client, router, server]) await must(net, quiet);
  await must(
    router,
    `ip link add v0 type veth peer name s0; ip link set s0 netns ${server.pid}
    ip addr add 10.9.0.254/24 dev v0; ip link set v0 up; echo 1 > /proc/sys/net/ipv4/ip_forward
    ${wires
      .map((_, n) => n + 1)
      .map(
        (n) => `ip link set w${n}c netns ${client.pid}; ip addr add 10.${n}.0.254/24 dev w${n}r
    ip link set w${n}r txqueuelen 5000 up`,
      )
      .join('\n')}`,
  );
  // The server's TTL is not the router's: what the router says in its name can be told from what it says itself.
  await must(
    server,
    `ip addr add ${SERVER}/24 dev s0; ip link set s0 up; ip route add default via 10.9.0.254
    echo 128 > /proc/sys/net/ipv4/ip_default_ttl`,
  );
  const addresses = wires.flatMap((_, i) => [
    `ip link set w${i + 1}c txqueuelen 5000 up; ip addr add 10.${i + 1}.0.1/24 dev w${i + 1}c`,
    `ip route add default dev w${i + 1}c table ${i + 1}; ip rule add from 10.${i + 1}.0.0/24 table ${i + 1}`,
    ...planned.flatMap(({ situation: { wire: of = 1 } }, n) =>
      of === i + 1 ? [`ip addr add 10.${of}.0.${10 + n}/24 dev w${of}c`] : [],
    ),
  ]);
  await must(client, addresses.join('\n'));
  await must(router, 'echo 61 > /proc/sys/net/ipv4/ip_default_ttl');
  await load(router, routerRules(planned));
  // SYNPROXY is to see third ACKs of connections that conntrack does not know.
  if (made.some((one) => one.synproxy === true))
    await must(router, 'echo 0 > /proc/sys/net/netfilter/nf_conntrack_tcp_loose');
  await load(server, serverRules(planned));

  const plan = planned.map(({ situation: { does, wire: of = 1, server: to = SERVER, habit = 0 } }, n) => ({
    ...{ port: FIRST_PORT + n, does, count, server: to, habit },
    ...{ client: `10.${of}.0.${10 + n}`, other: `10.${of}.0.1` },
  }));
  const run = (net: Namespace, role: string): ChildProcess =>
    net.spawn('python3', [here('programs.py'), role, JSON.stringify(plan), `${seed}`], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
  const forged = planned.flatMap(({ situation: { forge }, port }) =>
    forge === undefined ? [] : [[port, forge]],
  );
  if (forged.length > 0) {
    const ports = JSON.stringify(Object.fromEntries(forged));
    const forger = router.spawn('python3', [here('forge.py'), ports], { stdio: ['pipe', 'pipe', 'inherit'] });
    await said(forger, 'ready', 20_000);
  }
  const serving = run(server, 'server');
  await said(serving, 'ready', 20_000);
  const used = new Set(made.map(({ wire: of = 1 }) => of));
  const places: readonly (readonly [At, Namespace, string])[] = [
    ['left', client, 'any'],
    ...[...used].map((n) => ['wire', router, `w${n}r`] as const),
    ['right', server, 's0'],
  ];
  const captures = await Promise.all(
    places.map(async ([at, net, on]) => {
      const file = net.path(`${at}-${on}.pcap`);
      const dump = net.spawn('tcpdump', ['-i', on, '-B', '16384', '-s', '160', '-w', file], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      await once(dump.stderr as NodeJS.ReadableStream, 'data');
      return { at, file, dump };
    }),
  );
  const asking = run(client, 'client');
  await said(asking, 'done', made.some(({ long }) => long === true) ? MOST_LONG_MS : MOST_MS);
  const files = await Promise.all(
    captures.map(async ({ at, file, dump }) => {
      const over = once(dump, 'exit');
      dump.kill('SIGINT');
      await over;
      return { at, octets: readFileSync(file) };
    }),
  );
  const leftOut = situations
    .filter((one) => !made.includes(one))
    .map(({ label }) => `${label}: no SYNPROXY here`);
  const over = once(wire, 'close');
  wire.stdin?.end();
  await over;
  return { planned, files, lost: await lostOf(router), leftOut, lateMs: Number(late) };
}
