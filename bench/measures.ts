// What is measured of processor time, one by one: `node --expose-gc bench/measures.ts NAME` warms up, measures and prints
// figures as JSON.

import { Bulk } from './bulk.ts';
import { calibrate } from './calibration.ts';
import { statesPerSecond } from './checker.ts';
import { CallbackChurn, PromiseChurn } from './churn.ts';
import { CallbackEcho, PromiseEcho } from './echo.ts';
import { LONG, manyFlows, SHORT } from './flows.ts';
import { halfOpen, idleConnection, timeWaitRecord } from './footprint.ts';
import { headerOnly } from './header-only.ts';
import { idleSockets } from './idle-sockets.ts';
import { manyEnds } from './many-ends.ts';
import { kernel, type Net, netBulk, netChurn, netRequests, onLoopback } from './net.ts';
import { lwip } from './peers/lwip.ts';

/** Figures by name. */
export type Figures = Readonly<Record<string, number>>;

const BULK_OCTETS = 500e6;
/** In segments of 64 KiB. */
const JUMBO_OCTETS = 2e9;
const SEGMENTS = 3_000_000;
/** As many before, which are not counted: V8 compiles what it has seen often, and a program of some seconds is mostly that. */
const CONNECTIONS = 60_000;
const ROUNDS = 200_000;
const STATES = 40_000;
const NET_CONNECTIONS = 8_000;
const PAIRS = 1_000;
const REQUEST_ROUNDS = 40;
const IDLE_SOCKETS = 10_000;

function bulk(mtu: number, wasm = true): Figures {
  const pair = new Bulk(mtu, wasm);
  const octets = mtu > 9000 ? JUMBO_OCTETS : BULK_OCTETS;
  pair.run(2 * octets); // not counted, as with CONNECTIONS
  return { ...pair.run(octets) };
}

async function bulkOf(net: Net): Promise<Figures> {
  await netBulk(net, BULK_OCTETS);
  return { gbps: await netBulk(net, BULK_OCTETS) };
}

// As much to warm up as is measured: V8 compiles what it has seen often, and a program of some seconds is mostly that.
async function requestsOf(net: Net): Promise<Figures> {
  await netRequests(net, PAIRS, REQUEST_ROUNDS);
  return { perSecond: await netRequests(net, PAIRS, REQUEST_ROUNDS) };
}

async function churnOf(net: Net): Promise<Figures> {
  await netChurn(net, NET_CONNECTIONS);
  return { perSecond: await netChurn(net, NET_CONNECTIONS) };
}

/** By the name that a process is started with. */
export const MEASURES: Readonly<Record<string, () => Figures | Promise<Figures>>> = {
  'bulk-1500': () => bulk(1500),
  'bulk-65535': () => bulk(65_535),
  'bulk-1500-js': () => bulk(1500, false),
  'bulk-65535-js': () => bulk(65_535, false),
  'header-only': () => ({ ns: headerOnly(SEGMENTS) }),
  'churn-callbacks': () => {
    const churn = new CallbackChurn();
    churn.run(CONNECTIONS);
    return { perSecond: churn.run(CONNECTIONS) };
  },
  'churn-promises': async () => {
    const churn = new PromiseChurn();
    await churn.run(CONNECTIONS);
    return { perSecond: await churn.run(CONNECTIONS) };
  },
  'bulk-lwip': () => lwip('bulk', BULK_OCTETS),
  'churn-lwip': () => lwip('churn', CONNECTIONS),
  'flows-1': () => ({ gbps: manyFlows(1, SHORT, BULK_OCTETS) }),
  'echo-callbacks': () => {
    const echo = new CallbackEcho();
    echo.run(ROUNDS / 4);
    return { perSecond: echo.run(ROUNDS) };
  },
  'echo-promises': async () => {
    const echo = new PromiseEcho();
    await echo.run(ROUNDS / 4);
    return { perSecond: await echo.run(ROUNDS) };
  },
  'checker-states': () => {
    statesPerSecond(STATES / 4);
    return { perSecond: statesPerSecond(STATES) };
  },
  'flows-100': () => ({ gbps: manyFlows(100, LONG, BULK_OCTETS) }),
  'flows-10000': () => ({ gbps: manyFlows(10_000, LONG, BULK_OCTETS) }),
  'flows-100-short': () => ({ gbps: manyFlows(100, SHORT, BULK_OCTETS) }),
  'flows-10000-short': () => ({ gbps: manyFlows(10_000, SHORT, BULK_OCTETS) }),
  'bulk-kernel': () => bulkOf(kernel),
  'bulk-net': () => bulkOf(onLoopback()),
  'sim-bulk': async () => (await import('./simulated.ts')).simulatedBulk(),
  'sim-requests': async () => ({ ...(await (await import('./simulated.ts')).simulatedRequests(true)) }),
  'sim-requests-untraced': async () => ({
    ...(await (await import('./simulated.ts')).simulatedRequests(false)),
  }),
  'http-kernel': async () => ({ ...(await (await import('./simulated.ts')).kernelRequests()) }),
  'sim-hour': async () => (await import('./simulated.ts')).simulatedHour(),
  'requests-kernel': () => requestsOf(kernel),
  'requests-net': () => requestsOf(onLoopback()),
  'churn-kernel': () => churnOf(kernel),
  'churn-net': () => churnOf(onLoopback()),
  'socket-kernel': () => idleSockets(kernel, IDLE_SOCKETS, true),
  'socket-net': () => idleSockets(onLoopback(), IDLE_SOCKETS, false),
  calibration: () => ({ turns: calibrate() }),
  'idle-end': () => ({ octets: idleConnection(20_000) }),
  'half-open': () => ({ octets: halfOpen(20_000) }),
  'time-wait': () => ({ octets: timeWaitRecord(50_000) }),
  'idle-end-1000': () => ({ octets: idleConnection(1000) }),
  'idle-end-10000': () => ({ octets: idleConnection(10_000) }),
  'ends-100000': () => manyEnds(50_000),
  'ends-1000000': () => manyEnds(500_000),
  'half-open-1000': () => ({ octets: halfOpen(1000) }),
  'half-open-10000': () => ({ octets: halfOpen(10_000) }),
  'half-open-60000': () => ({ octets: halfOpen(60_000) }),
  'time-wait-1000': () => ({ octets: timeWaitRecord(1000) }),
  'time-wait-10000': () => ({ octets: timeWaitRecord(10_000) }),
  'time-wait-60000': () => ({ octets: timeWaitRecord(60_000) }),
};

if (import.meta.main) {
  const name = process.argv[2] ?? '';
  const measure = Object.hasOwn(MEASURES, name) ? MEASURES[name] : undefined;
  if (measure !== undefined) process.stdout.write(JSON.stringify(await measure()));
  else {
    process.stderr.write(`no measure '${name}'; there are: ${Object.keys(MEASURES).join(', ')}\n`);
    process.exitCode = 1;
  }
}
