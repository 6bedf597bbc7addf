// Connection refused: a SYN is answered by RST (RFC 9293 section 3.10.7.1).

import { ACK, RST } from '../../../wire/index.ts';
import { roles } from '../roles.ts';
import { duration, type Rule, shows } from '../verdict.ts';

/** Nobody listens, or a firewall answers in the server's place. */
export const refused: Rule = {
  id: 'refused',
  severity: 'fault',
  title: { en: 'Connection refused', zh: '连接被拒绝' },
  means: {
    en: 'The SYN was answered with RST after {time}: at that address nothing listens on the port, or a firewall rejects. connect() fails with ECONNREFUSED.',
    zh: 'SYN 在 {time}后收到 RST：该地址的这个端口没有程序监听，或者防火墙拒绝了。connect() 报 ECONNREFUSED。',
  },
  advice: [
    {
      en: 'On the server: ss -ltnp shows who listens, and on which address (127.0.0.1 is not reachable from outside).',
      zh: '在服务器上：ss -ltnp 查看谁在监听、监听哪个地址（127.0.0.1 从外面连不上）。',
    },
    {
      en: 'If it listens: a firewall rejects; look for reject rules (nft list ruleset), also on the way.',
      zh: '如果确实在监听：是防火墙在拒绝，检查途中与本机的 reject 规则（nft list ruleset）。',
    },
  ],
  scenario: { id: 'refused' },
  judge({ sides: [client, server], synAck, wrongSynAck }) {
    const { syn } = client;
    const { rst } = server;
    if (syn === null || rst === null || synAck !== null || wrongSynAck !== null || !rst.is(RST | ACK))
      return null;
    if (rst.ack !== syn.end && rst.ack !== ((syn.seq + 1) | 0)) return null;
    return {
      confidence: 'certain',
      culprit: 'server',
      params: { time: duration(rst.us - syn.us) },
      evidence: [shows(syn, roles.syn), shows(rst, roles.rst)],
      excluded: [
        {
          verdict: 'filtered',
          because: { en: `frame ${rst.frame} answers`, zh: `第 ${rst.frame} 帧作了应答` },
        },
      ],
    };
  },
};
