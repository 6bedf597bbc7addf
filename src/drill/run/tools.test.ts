// What tools show of a stack, and how a script is judged by it.

import { expect, it } from 'vitest';
import { parseScript } from '../parse/index.ts';
import { runScript } from './index.ts';
import { counterLine, readCounters } from './tools.ts';

const LISTENING = [
  ' 0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3',
  '+0 bind(3, ..., ...) = 0',
  '+0 listen(3, 1) = 0',
];
const CONNECTED = [
  ...LISTENING,
  '+0 < S 0:0(0) win 1000 <mss 1000>',
  '+0 > S. 0:0(0) ack 1 <mss 1460>',
  '+0 < . 1:1(0) ack 1 win 1000',
];

const run = async (...lines: readonly string[]) => runScript(parseScript(lines.join('\n')));

it('a line of nstat, and the pairs of lines that it is made of', () => {
  expect(counterLine('TcpExtBeyondWindow', 3)).toMatch(/^TcpExtBeyondWindow +3 +0\.0$/);
  expect([...readCounters('TcpExt: A B\nTcpExt: 1 2\nTcp: C\nTcp: 3\n')]).toEqual([
    ['TcpExtA', 1],
    ['TcpExtB', 2],
    ['TcpC', 3],
  ]);
});

it('counters are judged by what moved since nstat was last asked', async () => {
  const one = '+0 `nstat | grep TcpPassiveOpens | grep -q " 1 "`';
  expect(await run(...CONNECTED, one)).toMatchObject({ outcome: 'pass', notJudged: [] });
  expect(await run(...CONNECTED, one, one)).toMatchObject({
    outcome: 'fail',
    line: 8,
    explanation: 'no such counter of nstat',
  });
  const kept = one.replace('nstat', 'nstat -s');
  expect(await run(...CONNECTED, kept, kept)).toMatchObject({ outcome: 'pass' });
  expect(await run(...CONNECTED, '+0 `nstat -n`', kept)).toMatchObject({ outcome: 'fail', line: 8 });
});

it('a counter that the stack does not have is not judged, and that is said', async () => {
  const command = 'nstat | grep TcpExtTCPHPHits | grep -q " 1 "';
  expect(await run(...CONNECTED, `+0 \`${command}\``)).toMatchObject({
    outcome: 'pass',
    notJudged: [command],
  });
});

it('the table of sockets has who listens, and who is connected', async () => {
  const line = (state: string) => `+0 \`grep " ${state} " /proc/net/tcp | grep ":1F90"\``;
  expect(await run(...CONNECTED, line('0A'), line('01'))).toMatchObject({ outcome: 'pass' });
  expect(await run(...LISTENING, line('01'))).toMatchObject({
    outcome: 'fail',
    explanation: 'no such socket',
  });
});

it('the MTU of the device is what the MSS follows', async () => {
  const answer = (mss: number) => ['+0 < S 0:0(0) win 1000 <mss 9000>', `+0 > S. 0:0(0) ack 1 <mss ${mss}>`];
  const change = '`ip link set dev tun0 mtu 9000`';
  expect(await run(change, ...LISTENING, ...answer(8960))).toMatchObject({ outcome: 'pass' });
  expect(await run(...LISTENING, ...answer(8960))).toMatchObject({ outcome: 'fail' });
});
