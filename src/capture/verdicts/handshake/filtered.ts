// SYNs without an answer: a firewall drops them, nobody is there, or (beside the server) its queue is full.

import { SYN } from '../../../wire/index.ts';
import { roles } from '../roles.ts';
import { duration, type Rule, shows } from '../verdict.ts';

/** One SYN that nobody answers says something after this time: the second one is due (RFC 6298 section 2). */
const PATIENCE_US = 1_500_000;

/** Nothing comes back. */
export const filtered: Rule = {
  id: 'filtered',
  severity: 'fault',
  title: { en: 'No answer to the SYN', zh: 'SYN 没有任何应答' },
  means: {
    en: '{syns|1 SYN|# SYNs with the same number} in {time}, and nothing came back: a firewall drops them, or the host is down. connect() fails with ETIMEDOUT.',
    zh: '{time}内发了 {syns} 个同号的 SYN，没有任何应答：防火墙丢弃了，或者主机不在。connect() 报 ETIMEDOUT。',
  },
  advice: [
    {
      en: 'Capture at the server, too: if the SYN arrives there, the server (firewall, full queue) drops it; else the way does.',
      zh: '在服务器上也抓一次：若 SYN 到了，就是服务器（防火墙、队列满）丢的；否则是路上丢的。',
    },
    {
      en: 'tcptraceroute -n ADDRESS PORT shows how far it gets.',
      zh: 'tcptraceroute -n 地址 端口 可以看到走到了哪一跳。',
    },
  ],
  scenario: { id: 'filtered' },
  judge({ sides: [client, server], segments, icmp }, { endUs, vantage }) {
    const { syn } = client;
    if (syn === null || server.packets > 0 || client.rst !== null || client.fin !== null) return null;
    const again = segments.filter((seen) => seen.is(SYN) && seen !== syn);
    const error = icmp.find(({ family, type, code }) =>
      family === 4 ? type === 3 && code !== 4 : type === 1,
    );
    const waited = endUs - syn.us;
    if (again.length === 0 && waited < PATIENCE_US && error === undefined) return null;
    const evidence = [shows(syn, roles.syn), ...again.slice(0, 5).map((seen) => shows(seen, roles.synAgain))];
    if (error !== undefined) evidence.push({ frame: error.frame, role: roles.icmp });
    return {
      confidence: error !== undefined || again.length > 1 ? 'certain' : 'likely',
      culprit: 'network',
      params: { syns: client.syns, time: duration(waited) },
      evidence,
      excluded: [
        { verdict: 'refused', because: { en: 'no RST came back', zh: '没有收到 RST' } },
        ...(vantage.at === 'client'
          ? []
          : [
              {
                verdict: 'accept-queue-full',
                because: { en: 'no other connection to the port opened', zh: '该端口没有其他连接成功建立' },
              },
            ]),
      ],
      orElse: ['accept-queue-full', 'syn-lost'],
    };
  },
};
