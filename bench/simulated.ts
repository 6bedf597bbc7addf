// What simulations cost: an hour with fifty hosts, bulk, and requests of node:http beside the same program on the kernel's loopback.

import { once } from 'node:events';
import * as http from 'node:http';
import * as net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Simulation, simulate } from '../src/simulate/index.ts';
import { median } from './pair.ts';

const HOSTS = 50;
const HOUR_MS = 3_600_000;
/** Each host asks so often. */
const EVERY_MS = 10_000;
const BULK_OCTETS = 60_000_000;
/** Connections that ask at once, and what each asks for. */
const ASKING = 16;
const REQUESTS = 400;
/** Rounds in which V8 compiles what runs often, and rounds after them, of which the median counts. */
const WARMING = 3;
const MEASURED = 3;

/** Seconds of processor time since `before`. */
function secondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

async function bulkOnce(trace: boolean): Promise<{ readonly segments: number; readonly seconds: number }> {
  const sim = simulate({ trace });
  try {
    sim.host('server', () => void net.createServer((socket) => socket.resume()).listen(7));
    sim.link('client', 'server', { rtt: '1ms', rate: '10gbit' });
    const before = process.cpuUsage();
    await sim.client('client', async () => {
      const socket = net.connect(7, 'server');
      const block = Buffer.alloc(65_536, 7);
      for (let sent = 0; sent < BULK_OCTETS; sent += block.length)
        if (!socket.write(block)) await once(socket, 'drain');
      socket.end();
      await once(socket, 'close');
    });
    return { segments: sim.counters.segments, seconds: secondsSince(before) };
  } finally {
    sim.close();
  }
}

/**
 * Segments for each second of processor time in a bulk transfer: with a trace of each, and without; and in the first of a
 * process, in which most of the time is V8's compilers'.
 */
export async function simulatedBulk(): Promise<Readonly<Record<'first' | 'traced' | 'untraced', number>>> {
  const { segments, seconds } = await bulkOnce(true);
  const times: Readonly<Record<'traced' | 'untraced', number[]>> = { traced: [], untraced: [] };
  for (let n = 0; n < WARMING + MEASURED; n++) {
    times.traced.push((await bulkOnce(true)).seconds);
    times.untraced.push((await bulkOnce(false)).seconds); // the same segments
  }
  const perSecond = (all: readonly number[]): number => segments / median(all.slice(WARMING));
  return {
    first: segments / seconds,
    traced: perSecond(times.traced),
    untraced: perSecond(times.untraced),
  };
}

const answering = (): http.Server => http.createServer((_request, response) => response.end('ok'));

async function ask(agent: http.Agent, host: string, port: number): Promise<void> {
  for (let i = 0; i < REQUESTS; i++)
    await new Promise<void>((resolve, reject) => {
      const request = http.get({ agent, host, port }, (response) => response.resume().on('end', resolve));
      request.on('error', reject);
    });
}

async function asked(host: string, port: number): Promise<number> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: ASKING });
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: ASKING }, () => ask(agent, host, port)));
  const perSecond = (ASKING * REQUESTS) / secondsSince(before);
  agent.destroy();
  return perSecond;
}

/** Requests for each second of processor time, client and server: in the first round of a process, and later. */
export interface RequestRates {
  readonly first: number;
  readonly perSecond: number;
}

async function askedAgain(host: string, port: number): Promise<RequestRates> {
  const rounds: number[] = [];
  for (let n = 0; n < WARMING + MEASURED; n++) rounds.push(await asked(host, port));
  return { first: rounds[0] as number, perSecond: median(rounds.slice(WARMING)) };
}

/** In a simulation. */
export async function simulatedRequests(trace: boolean): Promise<RequestRates> {
  const sim = simulate({ trace });
  try {
    sim.host('server', () => void answering().listen(80));
    return await sim.client('client', () => askedAgain('server', 80));
  } finally {
    sim.close();
  }
}

/** On the kernel's loopback. */
export async function kernelRequests(): Promise<RequestRates> {
  const server = answering().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  const rates = await askedAgain('127.0.0.1', port);
  server.close();
  return rates;
}

/** An hour in which fifty hosts ask one by keep-alive, each every ten seconds. */
export async function simulatedHour(): Promise<
  Readonly<Record<'seconds' | 'eventsPerSecond' | 'requests' | 'megabytes', number>>
> {
  const sim: Simulation = simulate({ network: { rtt: '20ms' } });
  let requests = 0;
  try {
    sim.host('server', () => void Object.assign(answering(), { keepAliveTimeout: 60_000 }).listen(80));
    for (let n = 1; n < HOSTS; n++)
      sim.host(`host-${n}`, async () => {
        const agent = new http.Agent({ keepAlive: true });
        for (;;) {
          await new Promise<void>((resolve, reject) => {
            const request = http.get({ agent, host: 'server' }, (response) =>
              response.resume().on('end', resolve),
            );
            request.on('error', reject);
          });
          requests++;
          await sleep(EVERY_MS);
        }
      });
    const before = process.cpuUsage();
    await sim.advance(HOUR_MS);
    const seconds = secondsSince(before);
    const megabytes = process.memoryUsage.rss() / 1e6;
    return { seconds, eventsPerSecond: sim.counters.steps / seconds, requests, megabytes };
  } finally {
    sim.close();
  }
}
