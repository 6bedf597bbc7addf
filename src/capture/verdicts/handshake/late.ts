// The SYN,ACK of a server that waits for something itself.

import { lateness } from '../late.ts';
import { roles } from '../roles.ts';
import { duration, durationText, type Rule, shows } from '../verdict.ts';

/** A host that was woken, or found, takes less. */
const LONG_US = 1e6;

/** Opening takes long, and the data behind it does not. */
export const lateSynAck: Rule = {
  id: 'late-syn-ack',
  severity: 'warning',
  title: { en: 'The SYN was answered late', zh: 'SYN 迟迟才得到应答' },
  means: {
    en: 'The SYN,ACK came {time} after the SYN, and the first data was acknowledged in {rtt}: the way is not that long. What answers had to wait: a proxy or load balancer that opens its own connection first, a host that must be found (ARP) or woken, a listener that is overloaded.',
    zh: 'SYN,ACK 在 SYN 之后 {time}才来，而第一段数据 {rtt}内就被确认：路径并没有那么长。应答者自己在等：代理或负载均衡先建立后端连接、要先找到（ARP）或唤醒的主机、过载的监听者。',
  },
  advice: [
    {
      en: 'Capture at the server: does its SYN,ACK leave at once? If not, it is the host; if the SYN itself arrives late, look at what is between.',
      zh: '在服务器上抓包：SYN,ACK 是否立刻发出？不是，则是主机的问题；若 SYN 本身就来得晚，检查途中设备。',
    },
  ],
  scenario: { id: 'hs', edits: ['delay SYN#1 left->right 700ms', 'left write "late" 900ms'] },
  judge(connection) {
    const late = lateness(connection);
    const { synAck, sides, segments } = connection;
    const { syn } = sides[0];
    if (late === null || late.timer || syn === null || synAck === null) return null;
    const text = segments.find((seen) => seen.way === 0 && seen.length > 0);
    return {
      confidence: 'likely',
      severity: late.us < LONG_US ? 'note' : 'warning',
      culprit: 'server',
      params: { time: duration(synAck.us - syn.us), rtt: duration(late.rtt) },
      evidence: [
        shows(syn, roles.syn),
        shows(synAck, roles.synAck),
        ...(text === undefined ? [] : [shows(text, roles.text)]),
      ],
      orElse: ['syn-ack-lost'],
      excluded: [
        {
          verdict: 'slow-network',
          because: {
            en: `data takes ${duration(late.rtt)} there and back`,
            zh: `数据往返只要 ${durationText(late.rtt, 'zh')}`,
          },
        },
      ],
    };
  },
};
