// Throughput through a TUN device, beside the kernel talking to itself over a veth pair without offloads:
// 100 MB each, taken in turns, medians of five. Root and Linux only: `node bench/tun.ts [ROUNDS] [MB]`.
// Started as `node bench/tun.ts peer MB` it is the kernel's side: it serves and measures.

import { once } from 'node:events';
import { truncateSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Namespace, whyNoKernel } from '../test/support/namespace.ts';

const NET = '--tun bench0 --address 10.9.0.2/24 --peer 10.9.0.1';
const OFFLOADS = 'tso off gso off gro off tx off rx off';

if (process.argv[2] === 'peer') peer(Number(process.argv[3]));
else await main(Number(process.argv[2] ?? 5), Number(process.argv[3] ?? 100));

/** Port 80: HTTP from memory. 5001 sends, 5002 takes; each prints the megabytes per second it saw. */
function peer(megabytes: number): void {
  const octets = Buffer.alloc(megabytes * 1e6, 'synfin');
  const rate = (begin: number): string => `${(megabytes * 1000) / (performance.now() - begin)}\n`;
  const serve = (port: number, handler: (socket: Socket, begin: number) => void): void => {
    createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {});
      handler(socket.resume(), performance.now());
    }).listen(port, '0.0.0.0');
  };
  createHttpServer((_request, response) => {
    response.setHeader('Content-Length', octets.length).end(octets);
  }).listen(80, '0.0.0.0');
  serve(5001, (socket, begin) => {
    socket.end(octets);
    socket.on('close', () => process.stdout.write(rate(begin)));
  });
  serve(5002, (socket, begin) => {
    socket.on('end', () => {
      process.stdout.write(rate(begin));
      socket.end();
    });
  });
  process.stdin.resume().on('end', () => process.exit(0));
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] as number;
}

async function main(rounds: number, megabytes: number): Promise<void> {
  const why = await whyNoKernel(['curl', 'ethtool']);
  if (why !== '') throw new Error(`cannot measure here: ${why}`);
  const [a, b] = [await Namespace.open(), await Namespace.open()];
  const must = async (ns: Namespace, command: string): Promise<string> => {
    const { code, stdout, stderr } = await ns.sh(command, 60_000);
    if (code !== 0) throw new Error(`${command}: ${stderr}`);
    return stdout;
  };
  try {
    await must(a, `ip link add veth0 type veth peer name veth0 netns ${b.pid}`);
    for (const [ns, address] of [
      [a, '10.8.0.1/24'],
      [b, '10.8.0.2/24'],
    ] as const) {
      await must(
        ns,
        `ethtool -K veth0 ${OFFLOADS} && ip address add ${address} dev veth0 && ip link set veth0 up`,
      );
    }
    const self = fileURLToPath(import.meta.url);
    const start = (ns: Namespace) => {
      const child = ns.spawn(process.execPath, [self, 'peer', String(megabytes)], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      child.stdout?.setEncoding('utf8');
      return child;
    };
    const local = start(a);
    start(b);
    writeFileSync(a.path('file'), '');
    truncateSync(a.path('file'), megabytes * 1e6);
    await must(a, 'until curl -s http://10.8.0.2/ -o /dev/null; do sleep 0.1; done');

    // One server for all rounds, warm as servers are; every connect is a process of its own.
    await a.serve(`--tun bench1 --address 10.7.0.2/24 --peer 10.7.0.1 --http 80 --dir ${a.dir}`);
    const curl = async (url: string): Promise<number> =>
      Number(await must(a, `curl -sS ${url} -o /dev/null -w '%{speed_download}'`)) / 1e6;
    const connect = async (port: number, input: string): Promise<number> => {
      const said = local.stdout === null ? null : (once(local.stdout, 'data') as Promise<[string]>);
      const { code, stderr } = await a.synfin(`connect 10.9.0.1 ${port} ${NET}`, `< ${input} > /dev/null`);
      if (code !== 0 || said === null) throw new Error(stderr);
      return Number((await said)[0]);
    };
    const cases: readonly (readonly [string, () => Promise<number>])[] = [
      ['kernel -> kernel, veth, offloads off (curl)', () => curl('http://10.8.0.2/')],
      ['synfin serve -> kernel (curl)', () => curl('http://10.7.0.2/file')],
      ['synfin connect -> kernel', () => connect(5002, a.path('file'))],
      ['kernel -> synfin connect', () => connect(5001, '/dev/null')],
    ];
    for (let i = 0; i < 3; i++) await curl('http://10.7.0.2/file');
    const rates = cases.map((): number[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [i, [, measure]] of cases.entries()) rates[i]?.push(await measure());
    }
    const base = median(rates[0] ?? []);
    for (const [i, [name]] of cases.entries()) {
      const rate = median(rates[i] ?? []);
      const all = (rates[i] ?? []).map((r) => r.toFixed(0)).join(' ');
      process.stdout.write(
        `${name.padEnd(44)} ${rate.toFixed(0).padStart(5)} MB/s ${(rate / base).toFixed(2)}x  (${all})\n`,
      );
    }
  } finally {
    await a.close();
    await b.close();
  }
}
