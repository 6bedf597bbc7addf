// The server gave up a half-open connection that the client took for established.

import { ACK, RST } from '../../../wire/index.ts';
import { otherWay } from '../../follow/index.ts';
import { roles } from '../roles.ts';
import { type Rule, shows } from '../verdict.ts';

/** The first data meets nobody. */
export const serverAbandoned: Rule = {
  id: 'server-abandoned',
  severity: 'fault',
  title: { en: 'The server had given up the handshake', zh: '服务器已放弃这次握手' },
  means: {
    en: 'The client held the connection for established; the server answered its data with RST: it had never got the third ACK, or had no room, and forgot the connection.',
    zh: '客户端以为连接已建立；服务器却用 RST 回应它的数据：服务器一直没收到第三个 ACK，或者没有空位，早已忘掉了这个连接。',
  },
  advice: [
    {
      en: 'On the server: nstat -az TcpExtListenOverflows TcpExtListenDrops TcpExtTCPReqQFullDrop.',
      zh: '在服务器上：nstat -az TcpExtListenOverflows TcpExtListenDrops TcpExtTCPReqQFullDrop。',
    },
  ],
  scenario: null,
  over: ['half-open', 'abort', 'third-ack-lost'],
  judge({ sides: [client, server], segments, synAck, thirdAck }) {
    const { rst } = server;
    if (rst === null || synAck === null || thirdAck === null || server.newOctets > 0) return null;
    if (server.fin !== null || rst.is(RST | ACK)) return null;
    const asked = segments.findLast((seen) => seen.way === otherWay(rst.way) && seen.us <= rst.us);
    const others = segments.some((seen) => seen.way === 1 && !seen.is(RST) && seen.pure);
    if (asked === undefined || asked.length === 0 || rst.seq !== asked.ack || others || server.syns < 2)
      return null;
    return {
      confidence: 'likely',
      culprit: 'server',
      evidence: [
        shows(synAck, roles.synAck),
        shows(thirdAck, roles.thirdAck),
        shows(asked, roles.text),
        shows(rst, roles.rst),
      ],
      excluded: [
        {
          verdict: 'half-open',
          because: {
            en: `the server had sent its SYN,ACK ${server.syns - 1} times more: it never was established`,
            zh: `服务器重发了 ${server.syns - 1} 次 SYN,ACK：它从未进入 ESTABLISHED`,
          },
        },
      ],
      params: { syns: client.syns },
    };
  },
};
