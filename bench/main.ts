// npm run bench: what the stack costs and what it moves, beside others.
//
//   npm run bench                              what it costs in processor time, beside the kernel on loopback
//   npm run bench -- --rows net                programs of node:net on synfin, beside the kernel on loopback
//   npm run bench -- --rows sim                simulations of programs: bulk, requests beside the kernel, an hour with 50 hosts
//   npm run bench:peers                        what it costs beside lwIP, where the machine has it (liblwip-dev)
//   node bench/stages.ts                       where the time of a connection goes that is opened and closed
//   npm run bench -- --rows memory             what connections take that do nothing; --million: of a million ends, too
//   npm run bench -- --rows bad                bad networks, beside Linux on the same simulated link
//   npm run bench -- --rows tun                a host on TUN and the kernel, beside the kernel over veth
//   npm run bench -- --rows gateway            a guest in QEMU behind a gateway, beside libslirp and passt
//   npm run bench -- --rows stack,bad --quick  both, in about a minute
//   --rounds 3     turns of each row of `stack`, `peers`, `net`, `memory`, `tun` and `gateway` (default 5)
//   --ours newreno,default  --peers cubic,bbr,reno   of `bad`: which congestion controls
//   --only 'bulk, 40 ms'   of `bad`: the paths that have this in their name
//   --json FILE     all rows as JSON
//   --docs          these rows in docs/performance.md, in place of older ones
//   --profile DIR   of each program a CPU profile, for Chromium's DevTools or speedscope, and a flame graph (SVG)

import { writeFileSync } from 'node:fs';
import { argumentsOf } from './arguments.ts';
import { cells } from './bad/cells.ts';
import { keep } from './document.ts';
import type { Running } from './own-process.ts';
import { machine, type Report, type Row } from './rows.ts';

const GROUPS = {
  stack: async () => (await import('./stack.ts')).stackRows(rounds, running),
  sim: async () => (await import('./stack.ts')).simRows(rounds, running),
  net: async () => (await import('./stack.ts')).netRows(rounds, running),
  peers: async () => (await import('./stack.ts')).peerRows(rounds, running),
  memory: async () => (await import('./stack.ts')).memoryRows(rounds, values.million, running),
  tun: async () => (await import('./tun.ts')).tunRows(rounds, running),
  gateway: async () => (await import('./gateway.ts')).gatewayRows(rounds),
  bad: async () =>
    (await import('./bad/grid.ts')).badRows(
      { quick: values.quick, ours: names(values.ours), peers: names(values.peers), only: values.only },
      running,
    ),
} satisfies Readonly<Record<string, () => Promise<Row[]>>>;
type Group = keyof typeof GROUPS;

const values = argumentsOf(
  import.meta.url,
  {
    rows: { type: 'string', default: 'stack,net' },
    rounds: { type: 'string', default: '5' },
    quick: { type: 'boolean', default: false },
    million: { type: 'boolean', default: false },
    ours: { type: 'string' },
    peers: { type: 'string' },
    only: { type: 'string' },
    json: { type: 'string' },
    docs: { type: 'boolean', default: false },
    profile: { type: 'string' },
  },
  ({ rows, rounds, quick, only }) => {
    for (const group of rows.split(','))
      if (!Object.hasOwn(GROUPS, group))
        throw new RangeError(`--rows: of ${Object.keys(GROUPS).join(', ')}; not '${group}'`);
    const batches = [...new Set(cells(quick).map(({ batch }) => batch))];
    if (only !== undefined && !batches.some((batch) => batch.includes(only)))
      throw new RangeError(`--only: in the name of ${batches.join('; ')}; not '${only}'`);
    if (!/^[1-9]\d*$/.test(rounds)) throw new RangeError(`--rounds: a whole number from 1; not '${rounds}'`);
  },
);
const rounds = values.quick ? 1 : Number(values.rounds);
const running: Running = { profiles: values.profile ?? null };
const names = (text: string | undefined): string[] | undefined => text?.split(',');

const rows: Row[] = [];
for (const group of values.rows.split(',') as Group[]) rows.push(...(await GROUPS[group]()));
const report: Report = { machine: machine(), rows };
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 1)}\n`);
if (values.docs) keep(report, values.only === undefined);
