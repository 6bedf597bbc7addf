// The accept queue is full: Linux drops SYNs, and third ACKs, while a program does not call accept() in time.

import { SYN, seqGt } from '../../../wire/index.ts';
import type { Connection } from '../../follow/index.ts';
import { roles } from '../roles.ts';
import { type Found, type Rule, shows } from '../verdict.ts';

/** The handshake is complete for the client, and the server goes on repeating its SYN,ACK. */
function afterThirdAck(
  { sides: [client, server], segments, synAck, thirdAck }: Connection,
  at: string,
): Found | null {
  if (synAck === null || thirdAck === null) return null;
  const again = segments.filter((seen) => seen.way === 1 && seen.is(SYN) && seen.us > thirdAck.us);
  if (again.length === 0) return null;
  const heard = server.newOctets > 0 || (client.newOctets > 0 && seqGt(server.ack, synAck.ack));
  const seenAtServer = at === 'server' || at === 'both';
  // One repetition after a third ACK that may have been lost is the ACK's loss.
  if (!seenAtServer && (again.length < 2 || heard)) return null;
  return {
    confidence: seenAtServer ? 'certain' : 'likely',
    culprit: 'server',
    evidence: [
      shows(synAck, roles.synAck),
      shows(thirdAck, roles.thirdAck),
      ...again.slice(0, 4).map((seen) => shows(seen, roles.synAckAgain)),
    ],
    orElse: seenAtServer ? [] : ['third-ack-lost'],
    excluded: seenAtServer
      ? [
          {
            verdict: 'third-ack-lost',
            because: {
              en: `frame ${thirdAck.frame} is the ACK, captured at the server`,
              zh: `第 ${thirdAck.frame} 帧就是那个 ACK，是在服务器上抓到的`,
            },
          },
        ]
      : [],
  };
}

/** The server does not take connections as fast as they come. */
export const acceptQueueFull: Rule = {
  id: 'accept-queue-full',
  severity: 'fault',
  title: { en: 'The accept queue is full', zh: '全连接队列已满' },
  means: {
    en: 'The server’s TCP drops the handshake although the port is open: its program does not call accept() in time, or the backlog is too small.',
    zh: '端口是开的，服务器的 TCP 却丢弃握手报文：程序没有及时 accept()，或者 backlog 太小。',
  },
  advice: [
    {
      en: 'On the server: ss -ltn (Recv-Q above Send-Q) and nstat -az TcpExtListenOverflows TcpExtListenDrops prove it.',
      zh: '在服务器上用 ss -ltn（Recv-Q 大于 Send-Q）和 nstat -az TcpExtListenOverflows TcpExtListenDrops 确认。',
    },
    {
      en: 'Find what keeps the program from accept() (a blocked loop, exhausted workers); then raise the backlog and net.core.somaxconn.',
      zh: '查明程序为何不 accept()（事件循环阻塞、工作线程耗尽），再调大 backlog 和 net.core.somaxconn。',
    },
  ],
  scenario: { id: 'acceptq-ack' },
  over: ['filtered', 'syn-lost', 'third-ack-lost', 'server-abandoned', 'peer-vanished', 'loss'],
  judge(connection, { vantage, service }) {
    const found = afterThirdAck(connection, vantage.at);
    if (found !== null) return found;
    const { sides, segments } = connection;
    const [client] = sides;
    const { syn } = client;
    // At the server: the SYN is there, others are served, and nothing goes out.
    if (!['server', 'both'].includes(vantage.at) || syn === null || client.rst !== null) return null;
    const answered = segments.find((seen) => seen.way === 1);
    const asked = segments.filter(
      (seen) => seen.way === 0 && seen.is(SYN) && (answered === undefined || seen.us <= answered.us),
    );
    const unanswered = answered === undefined ? asked : asked.slice(0, -1);
    const enough = unanswered.length >= (answered === undefined ? 2 : 1);
    if (!enough || service.opened === 0 || (answered !== undefined && !answered.is(SYN))) return null;
    return {
      confidence: 'likely',
      culprit: 'server',
      evidence: unanswered.slice(0, 5).map((seen, n) => shows(seen, n === 0 ? roles.syn : roles.synAgain)),
      orElse: ['filtered', 'syn-lost'],
      excluded: [
        {
          verdict: 'refused',
          because: { en: 'no RST was sent', zh: '没有发出 RST' },
        },
      ],
    };
  },
};
