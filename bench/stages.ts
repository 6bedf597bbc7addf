// Where the time of a connection goes that is opened and closed: `node bench/stages.ts [CONNECTIONS]`. Connections are carried
// from stage to stage 64 at a time, and each stage's processor time is divided by them: what one stage costs when its code is
// warm. Microseconds for each connection.

import type { Connection } from '../src/host/index.ts';
import { BenchPair } from './pair.ts';

/** Together, so that a stage takes much longer than to ask for the time. */
const TOGETHER = 64;
const STEP_US = 2_000;

const pair = new BenchPair({ tcp: { mslMs: 1_000 } });
let opened: Connection[] = [];
pair.b.listen({
  port: 80,
  backlog: 2 * TOGETHER,
  handler: {
    readable: (c) => {
      if (c.eof) c.close();
    },
  },
});
const handler = { open: (c: Connection) => void opened.push(c) };

const STAGES: readonly (readonly [name: string, run: () => void])[] = [
  ['open: SYN', () => open()],
  ['SYN arrives: SYN,ACK', () => pair.exchangeToB()],
  ['SYN,ACK arrives: ACK', () => pair.exchangeToA()],
  ['ACK arrives', () => pair.exchangeToB()],
  ['close: FIN', () => close()],
  ['FIN arrives: ACK, close, FIN', () => pair.exchangeToB()],
  ['ACK and FIN arrive: ACK, TIME-WAIT', () => pair.exchangeToA()],
  ['ACK arrives', () => pair.exchangeToB()],
  ['TIME-WAIT of older ones ends', () => pair.advance(STEP_US * TOGETHER)],
];

function open(): void {
  opened = [];
  for (let i = 0; i < TOGETHER; i++) pair.a.open({ address: '10.0.0.2', port: 80, handler });
}

function close(): void {
  for (const c of opened) c.close();
}

function shownUs(us: number): string {
  return us.toFixed(2).padStart(6);
}

function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

function run(rounds: number): number[] {
  const spent = STAGES.map(() => 0);
  for (let round = 0; round < rounds; round++) {
    let before = cpuUs();
    STAGES.forEach(([, stage], i) => {
      stage();
      const now = cpuUs();
      (spent[i] as number) += now - before;
      before = now;
    });
    if (pair.a.tcp.size + pair.b.tcp.size > 0) throw new Error('a connection has not ended');
  }
  return spent.map((us) => us / rounds / TOGETHER);
}

const rounds = Math.ceil(Number(process.argv[2] ?? 200_000) / TOGETHER);
run(Math.ceil(rounds / 4));
const each = run(rounds);
for (const [i, [name]] of STAGES.entries()) console.log(`${shownUs(each[i] as number)}  ${name}`);
console.log(shownUs(each.reduce((sum, us) => sum + us, 0)));
