// Captures whose truth is known: the lab's hosts and wire with a fault, seen from one place, and the verdicts that name it. The
// set has more than one where that place cannot separate them.

import { CaptureReader } from '../../src/capture/index.ts';
import { type Made, packet, pcapFile } from '../../src/capture/testing.ts';
import { pcapngOf, playScenario, type Scenario, scenarioNamed } from '../../src/lab/index.ts';
import type { Random } from '../../src/sim/index.ts';

/** Where it is captured. */
export type At = 'left' | 'right' | 'wire';
export const PLACES: readonly At[] = ['left', 'right', 'wire'];

/** A capture, and what is to be found in it. */
export interface Labelled {
  /** The fault. */
  readonly label: string;
  readonly at: At;
  readonly file: Uint8Array;
  /** Verdicts of which one must be there. */
  readonly expected: readonly string[];
  /** Verdicts that may be there, too: they are true, and not the point. */
  readonly also: readonly string[];
}

interface Framed {
  readonly us: number;
  readonly octets: Uint8Array;
}

/** Packets of a run as a place sees them, with the TTLs that routers leave. */
function framesOf(
  scenario: string,
  edits: readonly string[],
  delayMs: number,
  seed: number,
  at: At,
  hops: number,
): Framed[] {
  const { trace } = playScenario(scenarioNamed(scenario) as Scenario, { edits, delayMs, seed });
  const frames: Framed[] = [];
  let first = -1;
  const reader = new CaptureReader(({ seconds, nanos, data, off, length }) => {
    if (first < 0) first = seconds;
    const octets = data.slice(off, off + length);
    const fromLeft = octets[15] === 1;
    const [near, far] =
      at === 'left' ? [0, hops] : at === 'right' ? [hops, 0] : [hops >> 1, hops - (hops >> 1)];
    octets[8] = 64 - (fromLeft ? near : far);
    frames.push({ us: (seconds - first) * 1e6 + nanos / 1000, octets });
  });
  reader.push(pcapngOf(trace, { lang: 'en', at }));
  reader.end();
  return frames;
}

/** How a fault is made: a scenario, changes to it, and what each place can name. */
interface Fault {
  readonly label: string;
  readonly scenario: string;
  readonly edits?: (r: Random) => readonly string[];
  readonly expected: readonly string[] | Partial<Record<At, readonly string[] | null>>;
  readonly also?: readonly string[];
  /** Milliseconds one way. */
  readonly delay?: readonly [number, number];
}

const ms = (r: Random, low: number, high: number): string => `${low + r.int(high - low + 1)}ms`;

/** A request and its answer. */
function talk(r: Random): string[] {
  return [
    `left write ${20 + r.int(400)} 700ms`,
    'right read 1200ms',
    `right write ${20 + r.int(1200)} 1250ms`,
    'left read 1800ms',
  ];
}

const FAULTS: readonly Fault[] = [
  { label: 'healthy', scenario: 'hs', expected: ['healthy'] },
  { label: 'healthy', scenario: 'hs', edits: talk, expected: ['healthy'] },
  {
    label: 'healthy',
    scenario: 'hs',
    edits: (r) => [...talk(r), 'left close 2500ms', 'right close 2900ms'],
    expected: ['healthy'],
  },
  {
    label: 'healthy',
    scenario: 'hs',
    edits: (r) => [`left write ${5000 + r.int(30_000)} 700ms`, 'right read 700ms', 'right read 1500ms'],
    expected: ['healthy'],
    also: ['reordered'],
  },
  { label: 'close-four', scenario: 'close4', expected: ['close-four'], delay: [2, 35] },
  { label: 'close-three', scenario: 'close3', expected: ['close-three'], delay: [2, 35] },
  { label: 'close-simultaneous', scenario: 'simclose', expected: ['close-simultaneous'], delay: [2, 20] },
  { label: 'half-close', scenario: 'half-close', expected: ['half-close'], delay: [2, 35] },
  { label: 'healthy', scenario: 'ack3-payload', expected: ['healthy'] },
  { label: 'healthy', scenario: 'slow-start', expected: ['healthy'] },
  { label: 'time-wait-reopened', scenario: 'tw-syn', expected: ['time-wait-reopened'] },
  { label: 'fast-open', scenario: 'tfo', expected: ['fast-open'], delay: [2, 25] },
  { label: 'refused', scenario: 'refused', expected: ['refused'] },
  {
    label: 'filtered',
    scenario: 'filtered',
    expected: { left: ['filtered'], wire: ['filtered'], right: null },
  },
  {
    label: 'syn-lost',
    scenario: 'syn-lost',
    // Beside the server the first SYN never was.
    expected: { left: ['syn-lost'], wire: ['syn-lost'], right: ['healthy'] },
    also: ['accept-queue-full'],
  },
  {
    label: 'syn-ack-lost',
    scenario: 'synack-lost',
    expected: {
      left: ['syn-lost', 'syn-ack-lost', 'healthy'],
      right: ['syn-ack-lost'],
      wire: ['syn-ack-lost'],
    },
    also: ['third-ack-lost', 'slow-network'],
  },
  {
    label: 'third-ack-lost',
    scenario: 'ack3-lost',
    expected: ['third-ack-lost', 'accept-queue-full'],
    also: ['syn-ack-lost'],
  },
  {
    label: 'accept-queue-full',
    scenario: 'acceptq-ack',
    expected: {
      right: ['accept-queue-full'],
      // The queue may be full for the SYN, or for the third ACK.
      left: ['accept-queue-full', 'third-ack-lost', 'syn-lost'],
      wire: ['accept-queue-full', 'third-ack-lost', 'syn-lost'],
    },
  },
  // On a shorter way each finds that nobody is there yet.
  { label: 'simultaneous-open', scenario: 'simopen', expected: ['simultaneous-open'], delay: [10, 110] },
  {
    label: 'stale-syn',
    scenario: 'stale-first',
    expected: { left: ['stale-syn'], wire: ['stale-syn'], right: null },
    also: ['isn-mismatch'],
  },
  { label: 'syn-aborted', scenario: 'stale-listen', expected: ['syn-aborted'], also: ['slow-network'] },
  {
    label: 'abort',
    scenario: 'hs',
    edits: (r) => [...talk(r), `left abort ${ms(r, 2000, 4000)}`],
    // The answer may have been read, or not: nobody can see that.
    expected: ['abort', 'unread-reset'],
    also: ['slow-server'],
  },
  {
    label: 'unread-reset',
    scenario: 'unread-rst',
    expected: ['unread-reset'],
    delay: [2, 30],
  },
  { label: 'late-data-reset', scenario: 'late-data-rst', expected: ['late-data-reset'], delay: [2, 30] },
  { label: 'half-open', scenario: 'halfopen', expected: ['half-open'], also: ['abort'], delay: [2, 40] },
  { label: 'close-wait-leak', scenario: 'cw-leak', expected: ['close-wait-leak'] },
  {
    label: 'fin-lost',
    scenario: 'fin-lost',
    expected: { left: ['fin-lost'], wire: ['fin-lost'], right: ['close-four', 'close-three'] },
  },
  {
    label: 'last-ack-lost',
    scenario: 'lastack-lost',
    expected: { left: ['last-ack-lost'], wire: ['last-ack-lost'], right: ['fin-lost', 'last-ack-lost'] },
    also: ['spurious'],
  },
  {
    label: 'idle-pool-race',
    scenario: 'hs',
    edits: (r) => {
      const at = 2500 + r.int(6000);
      return [...talk(r), `right close ${at}ms`, `left write 40 ${at + r.int(2)}ms`];
    },
    expected: ['idle-pool-race'],
    also: ['lb-idle-timeout'],
    delay: [5, 80],
  },
  {
    label: 'peer-vanished',
    scenario: 'hs',
    edits: (r) => [...talk(r), 'cut 2500ms', `left write ${10 + r.int(200)} 2600ms`],
    expected: { left: ['peer-vanished'], wire: ['peer-vanished'], right: ['healthy'] },
    also: ['loss'],
  },
  {
    label: 'zero-window',
    scenario: 'zerowin',
    expected: ['zero-window', 'slow-reader'],
    also: ['loss', 'spurious'],
  },
  {
    label: 'slow-reader',
    scenario: 'window-reopens',
    expected: ['slow-reader'],
    also: ['spurious'],
    delay: [2, 40],
  },
  {
    label: 'mtu-hole',
    scenario: 'mtu-hole',
    expected: { left: ['mtu-hole'], wire: ['mtu-hole'], right: ['healthy'] },
    also: ['capture-loss'],
  },
  { label: 'nagle-delayed-ack', scenario: 'nagle-delack', expected: ['nagle-delayed-ack'], delay: [2, 20] },
  {
    label: 'loss',
    scenario: 'hs',
    edits: (r) => [
      `left write ${20_000 + r.int(30_000)} 700ms`,
      'right read 700ms',
      `drop data#${2 + r.int(6)} left->right`,
    ],
    expected: { left: ['loss'], wire: ['loss'], right: ['loss', 'reordered'] },
    also: ['spurious'],
  },
  {
    label: 'slow-server',
    scenario: 'hs',
    edits: (r) => [
      `left write ${20 + r.int(400)} 700ms`,
      'right read 1000ms',
      `right write 500 ${ms(r, 2500, 9000)}`,
    ],
    expected: ['slow-server'],
    delay: [2, 90],
  },
  { label: 'slow-network', scenario: 'hs', expected: ['slow-network'], delay: [180, 400] },
  {
    label: 'queueing',
    scenario: 'bufferbloat',
    expected: { left: ['queueing'], wire: ['queueing'], right: null },
    also: ['spurious'],
    delay: [2, 15],
  },
];

const NORMAL = [
  ...[
    'healthy',
    'still-open',
    'close-four',
    'close-three',
    'close-simultaneous',
    'half-close',
    'time-wait-reopened',
  ],
  ...['fast-open', 'mid-stream'],
];

/** Labels of connections that are over, or may stay as they are: nothing more comes of them however long the capture goes on. */
const OVER: readonly string[] = [
  ...['healthy', 'close-four', 'close-three', 'close-simultaneous', 'half-close', 'refused', 'abort'],
  ...['unread-reset', 'late-data-reset', 'time-wait-reopened', 'fin-lost', 'last-ack-lost', 'loss'],
  ...['idle-pool-race', 'slow-server', 'half-open', 'nagle-delayed-ack'],
];

/** A frame of something else, minutes later: the capture goes on. */
function muchLater(frames: readonly Framed[], r: Random): Framed {
  const us = (frames.at(-1)?.us ?? 0) + 70e6 + r.int(600) * 1e6;
  const octets = packet({ way: '203.0.113.7:5353 > 203.0.113.8:5353', flags: 'ACK', seq: 1, ack: 1 });
  octets[9] = 17;
  return { us, octets };
}

/** One of the faults, by number; null where its place sees nothing of it. */
function faulty(n: number, r: Random): Labelled | null {
  const fault = FAULTS[n % FAULTS.length] as Fault;
  const at = PLACES[r.int(3)] as At;
  const expected = 'length' in fault.expected ? fault.expected : fault.expected[at];
  if (expected === null || expected === undefined) return null;
  const [low, high] = fault.delay ?? [2, 110];
  const delay = low + r.int(high - low + 1);
  const edits = fault.edits?.(r) ?? [];
  const frames = framesOf(fault.scenario, edits, delay, r.int(1e6), at, 1 + r.int(20));
  if (OVER.includes(fault.label) && r.int(3) === 0) frames.push(muchLater(frames, r));
  // A snap length: all that is judged is in the headers.
  const cut = r.int(3) === 0 ? 60 + r.int(60) : 0;
  const file = pcapFile(
    frames.map(({ us, octets }) =>
      cut > 0 ? { us, octets: octets.slice(0, cut), wire: octets.length } : { us, octets },
    ),
  );
  return { label: fault.label, at, file, expected, also: fault.also ?? [] };
}

/** What is wrong with a capture of a connection that is healthy. */
function badCapture(n: number, r: Random): Labelled {
  const at = PLACES[r.int(3)] as At;
  const bulk = [
    `left write ${30_000 + r.int(60_000)} 700ms`,
    'right read 700ms',
    'right read 1500ms',
    'left close 3000ms',
    'right close 3400ms',
  ];
  const frames = framesOf('hs', bulk, 2 + r.int(60), r.int(1e6), at, 1 + r.int(20));
  const label = ['capture-loss', 'duplicate-capture', 'one-sided', 'mid-stream', 'capture-reordered'][
    n % 5
  ] as string;
  let made: Framed[] = frames;
  switch (label) {
    case 'capture-loss': {
      // Segments of the middle, whose text is acknowledged all the same.
      const text = frames
        .map((_, i) => i)
        .filter((i) => i > 4 && i < frames.length - 12 && (frames[i]?.octets.length ?? 0) > 1000);
      const gone = new Set(text.filter(() => r.int(4) === 0).slice(0, 8));
      if (gone.size === 0) gone.add(text[0] ?? 5);
      made = frames.filter((_, i) => !gone.has(i));
      break;
    }
    case 'duplicate-capture':
      made = frames.flatMap(({ us, octets }) => {
        const copy = octets.slice();
        if (r.int(2) === 0) copy[8] = (copy[8] ?? 1) - 1;
        return [
          { us, octets },
          { us: us + 5 + r.int(200), octets: copy },
        ];
      });
      break;
    case 'one-sided': {
      const way = r.int(2) === 0 ? 1 : 2;
      made = frames.filter(({ octets }) => octets[15] === way);
      break;
    }
    case 'mid-stream':
      made = frames.slice(6 + r.int(6));
      break;
    default: {
      const [syn, synAck, ...rest] = frames as [Framed, Framed, ...Framed[]];
      made = [{ us: syn.us, octets: synAck.octets }, { us: syn.us + 30, octets: syn.octets }, ...rest];
    }
  }
  return {
    label,
    at,
    file: pcapFile(made),
    expected: [label],
    also: [...NORMAL, 'reordered', 'capture-reordered', 'duplicate-capture', 'mid-stream'],
  };
}

const endpoints = (r: Random): [string, string] => [
  `10.${r.int(250)}.${r.int(250)}.${1 + r.int(250)}:${1025 + r.int(60_000)}`,
  `192.0.2.${1 + r.int(250)}:${[22, 80, 443, 5432][r.int(4)] ?? 80}`,
];

/** Packets that nobody of ours sends: forged resets, floods, scans, hosts that give up. */
function written(n: number, r: Random): Labelled {
  const frames: Framed[] = [];
  let us = 0;
  const add = (after: number, made: Made): void => {
    us += after;
    frames.push({ us, octets: packet(made) });
  };
  const [client, server] = endpoints(r);
  const out = `${client} > ${server}`;
  const back = `${server} > ${client}`;
  const [x, y] = [r.int(2 ** 31), r.int(2 ** 31)];
  const rtt = 2000 + r.int(150_000);
  const far = 64 - 3 - r.int(20);
  const shake = (): void => {
    add(0, { way: out, flags: 'SYN', seq: x, mss: 1460, wscale: 7, sackOk: true, id: 100 });
    add(rtt, {
      way: back,
      flags: 'SYN,ACK',
      seq: y,
      ack: x + 1,
      mss: 1460,
      wscale: 7,
      sackOk: true,
      ttl: far,
      id: 0,
    });
    add(20, { way: out, flags: 'ACK', seq: x + 1, ack: y + 1, win: 500, id: 101 });
  };
  const request = (): void => {
    shake();
    add(500, { way: out, flags: 'PSH,ACK', seq: x + 1, ack: y + 1, win: 500, text: 300, id: 102 });
  };
  /** A request, its answer, and the ACK of that. */
  const exchange = (): void => {
    request();
    const answer = { seq: y + 1, ack: x + 301, win: 500, text: 900, ttl: far, id: 500 };
    add(rtt, { way: back, flags: 'PSH,ACK', ...answer });
    add(20, { way: out, flags: 'ACK', seq: x + 301, ack: y + 901, win: 500, id: 103 });
  };
  const label = [
    'reset-by-middlebox',
    'syn-flood',
    'port-scan',
    'server-abandoned',
    'idle-killed',
    'reset-ignored',
    'lb-idle-timeout',
    'port-reuse-refused',
  ][n % 8] as string;
  let also: readonly string[] = [];
  switch (label) {
    case 'reset-by-middlebox':
      request();
      add(rtt >> 1, {
        way: back,
        flags: 'RST,ACK',
        seq: y + 1,
        ack: x + 301,
        ttl: far + 3 + r.int(3) - (r.int(2) === 0 ? 12 : 0),
        id: 9,
      });
      break;
    case 'syn-flood':
      for (let k = 0; k < 80 + r.int(200); k++)
        add(r.int(2000), {
          way: `${endpoints(r)[0]} > 192.0.2.7:80`,
          flags: 'SYN',
          seq: r.int(2 ** 31),
          ttl: 30 + r.int(30),
          id: r.int(65_536),
        });
      also = ['filtered', 'accept-queue-full'];
      break;
    case 'port-scan':
      for (let k = 0; k < 20 + r.int(80); k++) {
        const way = `10.0.0.9:${40_000 + k} > 192.0.2.7:${1 + k}`;
        add(r.int(5000), { way, flags: 'SYN', seq: 1000 + k, id: k + 1 });
        if (r.int(3) > 0)
          add(300, {
            way: `192.0.2.7:${1 + k} > 10.0.0.9:${40_000 + k}`,
            flags: 'RST,ACK',
            ack: 1001 + k,
            ttl: far,
          });
      }
      also = ['filtered', 'refused'];
      break;
    case 'server-abandoned':
      shake();
      add(1e6, { way: back, flags: 'SYN,ACK', seq: y, ack: x + 1, mss: 1460, ttl: far, id: 0 });
      add(20, { way: out, flags: 'ACK', seq: x + 1, ack: y + 1, win: 500, id: 103 });
      add(5e6, { way: out, flags: 'PSH,ACK', seq: x + 1, ack: y + 1, win: 500, text: 120, id: 104 });
      add(rtt, { way: back, flags: 'RST', seq: y + 1, ttl: far, id: 0 });
      break;
    case 'idle-killed':
      exchange();
      add(70e6 + r.int(900) * 1e6, {
        way: out,
        flags: 'PSH,ACK',
        seq: x + 301,
        ack: y + 901,
        win: 500,
        text: 200,
        id: 104,
      });
      if (r.int(2) === 0) add(rtt, { way: back, flags: 'RST', seq: y + 901, ttl: far, id: 0 });
      else
        for (let k = 0; k < 5; k++)
          add(200_000 * 2 ** k, {
            way: out,
            flags: 'PSH,ACK',
            seq: x + 301,
            ack: y + 901,
            win: 500,
            text: 200,
            id: 105 + k,
          });
      also = ['half-open', 'peer-vanished'];
      break;
    case 'reset-ignored':
      exchange();
      add(50_000, { way: back, flags: 'RST', seq: y + 901 + 1 + r.int(5000), ttl: far, id: 77 });
      add(20, { way: out, flags: 'ACK', seq: x + 301, ack: y + 901, win: 500, id: 104 });
      add(90_000, {
        way: back,
        flags: 'PSH,ACK',
        seq: y + 901,
        ack: x + 301,
        win: 500,
        text: 400,
        ttl: far,
        id: 501,
      });
      add(20, { way: out, flags: 'ACK', seq: x + 301, ack: y + 1301, win: 500, id: 105 });
      break;
    case 'lb-idle-timeout': {
      const idle = [60, 120, 350, 600][r.int(4)] ?? 60;
      exchange();
      add(idle * 1e6 + r.int(200_000), {
        way: back,
        flags: 'RST,ACK',
        seq: y + 901,
        ack: x + 301,
        ttl: far,
        id: 501,
      });
      break;
    }
    default:
      shake();
      add(500, { way: back, flags: 'FIN,ACK', seq: y + 1, ack: x + 1, win: 500, ttl: far, id: 500 });
      add(20, { way: out, flags: 'FIN,ACK', seq: x + 1, ack: y + 2, win: 500, id: 102 });
      add(rtt, { way: back, flags: 'ACK', seq: y + 2, ack: x + 2, win: 500, ttl: far, id: 501 });
      add(1e6 + r.int(20) * 1e6, { way: out, flags: 'SYN', seq: x - 100_000, mss: 1460, id: 103 });
      add(rtt, { way: back, flags: 'ACK', seq: y + 2, ack: x + 2, win: 500, ttl: far, id: 502 });
      add(20, { way: out, flags: 'RST', seq: x + 2, id: 104 });
  }
  return { label, at: 'left', file: pcapFile(frames), expected: [label], also };
}

/** Capture number `n`; null where the place that was drawn sees nothing of the fault. */
export function labelled(n: number, r: Random): Labelled | null {
  const kind = n % 6;
  if (kind < 4) return faulty((n - Math.floor(n / 6) * 2) | 0, r);
  return kind === 4 ? badCapture(Math.floor(n / 6), r) : written(Math.floor(n / 6), r);
}

/** Verdicts that are no alarm. */
export const normal: readonly string[] = NORMAL;
