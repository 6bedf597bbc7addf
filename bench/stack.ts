// What the stack costs in processor time (user and system), beside the kernel's TCP on loopback by node:net; and what
// programs of node:net cost on synfin, beside themselves on the kernel.

import type { Running } from './own-process.ts';
import { lwipVersion, whyNoLwip } from './peers/lwip.ts';
import { type Plan, planned } from './plan.ts';
import type { Row } from './rows.ts';

const STACK: readonly Plan[] = [
  { what: 'bulk, MTU 1500, Gbit/s', figure: 'gbps', ours: 'bulk-1500', peer: 'bulk-kernel', better: 'more' },
  {
    what: 'bulk, MTU 1500, ns per data segment, both ends and its share of ACKs',
    figure: 'nsPerSegment',
    ours: 'bulk-1500',
    better: 'less',
  },
  {
    what: 'bulk, MTU 65535, Gbit/s',
    figure: 'gbps',
    ours: 'bulk-65535',
    peer: 'bulk-kernel',
    better: 'more',
  },
  {
    what: 'bulk, MTU 65535, ns per data segment',
    figure: 'nsPerSegment',
    ours: 'bulk-65535',
    better: 'less',
  },
  {
    what: 'bulk, MTU 1500, without WebAssembly, Gbit/s',
    figure: 'gbps',
    ours: 'bulk-1500-js',
    peer: 'bulk-1500',
    beside: 'with it',
    better: 'more',
  },
  {
    what: 'bulk, MTU 65535, without WebAssembly, Gbit/s',
    figure: 'gbps',
    ours: 'bulk-65535-js',
    peer: 'bulk-65535',
    beside: 'with it',
    better: 'more',
  },
  {
    what: 'a segment without text, formed, sent and received, ns',
    figure: 'ns',
    ours: 'header-only',
    better: 'less',
  },
  {
    what: '1 flow with buffers of 8 KiB, MTU 1500, Gbit/s',
    figure: 'gbps',
    ours: 'flows-1',
    peer: 'bulk-1500',
    beside: 'one flow with default buffers',
    better: 'more',
  },
  {
    what: '100 flows together, MTU 1500, Gbit/s',
    figure: 'gbps',
    ours: 'flows-100',
    peer: 'bulk-1500',
    beside: 'one flow',
    better: 'more',
  },
  {
    what: '10,000 flows together, MTU 1500, Gbit/s',
    figure: 'gbps',
    ours: 'flows-10000',
    peer: 'bulk-1500',
    beside: 'one flow',
    better: 'more',
  },
  {
    what: '100 flows together with buffers of 8 KiB, MTU 1500, Gbit/s',
    figure: 'gbps',
    ours: 'flows-100-short',
    peer: 'bulk-1500',
    beside: 'one flow with default buffers',
    better: 'more',
  },
  {
    what: '10,000 flows together with buffers of 8 KiB, MTU 1500, Gbit/s',
    figure: 'gbps',
    ours: 'flows-10000-short',
    peer: 'bulk-1500',
    beside: 'one flow with default buffers',
    better: 'more',
  },
  {
    what: 'connect + close by callbacks, per second',
    figure: 'perSecond',
    ours: 'churn-callbacks',
    peer: 'churn-kernel',
    better: 'more',
  },
  {
    what: 'connect + close by promises, per second',
    figure: 'perSecond',
    ours: 'churn-promises',
    peer: 'churn-kernel',
    better: 'more',
  },
  {
    what: 'question and answer of 100 octets by callbacks, per second',
    figure: 'perSecond',
    ours: 'echo-callbacks',
    better: 'more',
  },
  {
    what: 'question and answer of 100 octets by promises, per second',
    figure: 'perSecond',
    ours: 'echo-promises',
    better: 'more',
  },
  {
    what: 'states of the model checker, per second',
    figure: 'perSecond',
    ours: 'checker-states',
    better: 'more',
  },
  { what: 'octets per idle ESTABLISHED end', figure: 'octets', ours: 'idle-end', better: 'less' },
  { what: 'octets per half-open end', figure: 'octets', ours: 'half-open', better: 'less' },
  { what: 'octets per TIME-WAIT record with its tuple', figure: 'octets', ours: 'time-wait', better: 'less' },
];

/** Beside lwIP. */
function besideLwip(version: string): Plan[] {
  const beside = `lwIP ${version}`;
  const row = (what: string, figure: string, ours: string, peer: string, better: Plan['better']): Plan => {
    return { what, figure, ours, peer, beside, better };
  };
  const each = 'bulk, MTU 1500, ns per data segment, both ends and its share of ACKs';
  return [
    row('bulk, MTU 1500, Gbit/s', 'gbps', 'bulk-1500', 'bulk-lwip', 'more'),
    row(each, 'nsPerSegment', 'bulk-1500', 'bulk-lwip', 'less'),
    row('connect + close by callbacks, per second', 'perSecond', 'churn-callbacks', 'churn-lwip', 'more'),
    row('connect + close by promises, per second', 'perSecond', 'churn-promises', 'churn-lwip', 'more'),
  ];
}

const NET: readonly Plan[] = [
  {
    what: 'bulk, one connection, Gbit/s',
    figure: 'gbps',
    ours: 'bulk-net',
    peer: 'bulk-kernel',
    better: 'more',
  },
  {
    what: '1,000 requests at once, each of a connection of its own, per second',
    figure: 'perSecond',
    ours: 'requests-net',
    peer: 'requests-kernel',
    better: 'more',
  },
  {
    what: 'connect + close, one after the other, per second',
    figure: 'perSecond',
    ours: 'churn-net',
    peer: 'churn-kernel',
    better: 'more',
  },
  {
    what: 'octets per idle net.Socket of 10,000: resident set, and the kernel’s own',
    figure: 'all',
    ours: 'socket-net',
    peer: 'socket-kernel',
    better: 'less',
  },
  {
    what: 'of these, in JavaScript’s heap and outside of it for it',
    figure: 'heap',
    ours: 'socket-net',
    peer: 'socket-kernel',
    better: 'less',
  },
];

const COUNTS = ['1000', '10000', '60000'] as const;

/** Rows of so many ends, among which a transfer goes on. */
function ends(count: string, shown: string): Plan[] {
  const ours = `ends-${count}`;
  const what = `${shown} idle ends in one process`;
  return [
    { what: `${what}: octets for each`, figure: 'octets', ours, better: 'less' },
    { what: `${what}: longest pause while they become more, ms`, figure: 'longestMs', ours, better: 'less' },
    { what: `${what}: what a transfer among them keeps of its speed`, figure: 'kept', ours, better: 'more' },
  ];
}

const MEMORY: readonly Plan[] = [
  ...['1000', '10000'].map(
    (count): Plan => ({
      what: `octets per idle ESTABLISHED end of ${count} connections`,
      figure: 'octets',
      ours: `idle-end-${count}`,
      better: 'less',
    }),
  ),
  ...COUNTS.map(
    (count): Plan => ({
      what: `octets per half-open end of ${count}`,
      figure: 'octets',
      ours: `half-open-${count}`,
      better: 'less',
    }),
  ),
  ...COUNTS.map(
    (count): Plan => ({
      what: `octets per TIME-WAIT record of ${count}`,
      figure: 'octets',
      ours: `time-wait-${count}`,
      better: 'less',
    }),
  ),
  ...ends('100000', '100,000'),
];

/** Other stacks that run in one process, as the machine has them; throws where it has none. */
export function peerRows(rounds: number, running: Running): Promise<Row[]> {
  const why = whyNoLwip();
  if (why !== null) throw new Error(why);
  return planned('peers', besideLwip(lwipVersion()), rounds, running);
}

/** What connections take that do nothing, in `rounds` turns; `million`: of a million ends, too, in a minute or two. */
export function memoryRows(rounds: number, million: boolean, running: Running): Promise<Row[]> {
  return planned('memory', million ? [...MEMORY, ...ends('1000000', '1,000,000')] : MEMORY, rounds, running);
}

/** The stack alone, in `rounds` turns. */
export function stackRows(rounds: number, running: Running): Promise<Row[]> {
  return planned('stack', STACK, rounds, running);
}

/** Programs of node:net on a host's loopback, in real time. */
export function netRows(rounds: number, running: Running): Promise<Row[]> {
  return planned('net', NET, rounds, running);
}

const SIM: readonly Plan[] = [
  { what: 'bulk, one connection, segments', figure: 'traced', ours: 'sim-bulk', better: 'more' },
  {
    what: 'bulk, one connection, without a trace, segments',
    figure: 'untraced',
    ours: 'sim-bulk',
    better: 'more',
  },
  {
    what: 'bulk, one connection, the first of a process, segments',
    figure: 'first',
    ours: 'sim-bulk',
    better: 'more',
  },
  {
    what: 'requests of node:http, 16 connections',
    figure: 'perSecond',
    ours: 'sim-requests',
    peer: 'http-kernel',
    better: 'more',
  },
  {
    what: 'requests of node:http, 16 connections, without a trace',
    figure: 'perSecond',
    ours: 'sim-requests-untraced',
    peer: 'http-kernel',
    better: 'more',
  },
  {
    what: 'requests of node:http, 16 connections, the first 6400 of a process',
    figure: 'first',
    ours: 'sim-requests',
    peer: 'http-kernel',
    better: 'more',
  },
  {
    what: 'an hour with 50 hosts, seconds of processor time',
    figure: 'seconds',
    ours: 'sim-hour',
    better: 'less',
  },
  { what: 'an hour with 50 hosts, requests', figure: 'requests', ours: 'sim-hour', better: 'more' },
  { what: 'an hour with 50 hosts, events', figure: 'eventsPerSecond', ours: 'sim-hour', better: 'more' },
  {
    what: 'an hour with 50 hosts, MB of resident memory',
    figure: 'megabytes',
    ours: 'sim-hour',
    better: 'less',
  },
];

/** What simulations cost. */
export function simRows(rounds: number, running: Running): Promise<Row[]> {
  return planned('sim', SIM, rounds, running);
}
