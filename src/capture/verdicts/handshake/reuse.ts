// The ports of a connection that has just ended are used again (RFC 9293 section 3.6.1, RFC 6191).

import { RST } from '../../../wire/index.ts';
import { Mark } from '../../follow/index.ts';
import { roles } from '../roles.ts';
import { duration, type Rule, shows } from '../verdict.ts';

/** How long a TIME-WAIT can last: twice the RFC's MSL. */
const TIME_WAIT_US = 240e6;

/** TIME-WAIT answers with an ACK of old numbers, and the client's TCP resets it. */
export const portReuseRefused: Rule = {
  id: 'port-reuse-refused',
  severity: 'fault',
  title: {
    en: 'The server still has the connection before on these ports',
    zh: '服务器上这对端口的旧连接还在',
  },
  means: {
    en: 'The same ports were used {time} before, and {left}. The server answers the SYN with an ACK of the old numbers; the client refuses that with RST and asks again.',
    zh: '同一对端口 {time}前刚用过，{left}。服务器用旧序列号的 ACK 应答 SYN；客户端用 RST 拒绝，再次尝试。',
  },
  advice: [
    {
      en: 'If the old connection was open: the client’s host has restarted, or a NAT gave its port to another; keep-alive on the server finds such connections.',
      zh: '若旧连接还开着：客户端主机重启过，或 NAT 把端口给了别的连接；服务器开保活可以发现这种连接。',
    },
    {
      en: 'Do not bind clients to a fixed port; keep connections open instead of opening many; give the client more ports or addresses.',
      zh: '客户端不要绑定固定端口；用长连接代替大量短连接；给客户端更多端口或地址。',
    },
  ],
  scenario: { id: 'tw-old' },
  over: [
    ...['syn-lost', 'isn-mismatch', 'refused', 'abort', 'syn-aborted', 'filtered', 'reset-by-middlebox'],
    // The RST is for the old connection, and ended it.
    'reset-ignored',
  ],
  judge({ earlier, sides: [client], segments, first }) {
    if (earlier === null || client.syn === null || first.us - earlier.lastUs > TIME_WAIT_US) return null;
    const old = segments.find((seen) => seen.way === 1 && (seen.marks & Mark.STRAY) !== 0 && seen.pure);
    if (old === undefined) return null;
    const rst = segments.find((seen) => seen.way === 0 && seen.is(RST) && seen.us >= old.us);
    return {
      confidence: rst === undefined ? 'likely' : 'certain',
      culprit: 'client',
      params: {
        time: duration(first.us - earlier.lastUs),
        left: earlier.bothClosed ? 'in-time-wait' : 'open-there',
      },
      evidence: [
        { frame: earlier.frame, role: roles.lastOfPeer },
        shows(client.syn, roles.syn),
        shows(old, roles.challenge),
        ...(rst === undefined ? [] : [shows(rst, roles.rst)]),
      ],
      excluded: [
        {
          verdict: 'refused',
          because: { en: 'the RST is the client’s own', zh: 'RST 是客户端自己发的' },
        },
      ],
    };
  },
};

/** A newer SYN takes the place of TIME-WAIT: as it should be. */
export const timeWaitReopened: Rule = {
  id: 'time-wait-reopened',
  severity: 'normal',
  title: { en: 'The ports were used again at once', zh: '端口被立即复用' },
  means: {
    en: 'The same ports were closed {time} before; the new SYN is newer, and the server took it from TIME-WAIT (RFC 9293 MAY-2, RFC 6191). Nothing is wrong.',
    zh: '同一对端口 {time}前刚关闭；新的 SYN 更新，服务器从 TIME-WAIT 接受了它（RFC 9293 MAY-2、RFC 6191）。没有问题。',
  },
  advice: [],
  scenario: { id: 'tw-syn' },
  judge({ earlier, sides: [client], synAck, strays, first }) {
    if (earlier === null || client.syn === null || synAck === null || strays > 0 || !earlier.bothClosed)
      return null;
    if (first.us - earlier.lastUs > 60e6) return null;
    return {
      confidence: 'certain',
      culprit: 'nobody',
      params: { time: duration(first.us - earlier.lastUs) },
      evidence: [
        { frame: earlier.frame, role: roles.lastOfPeer },
        shows(client.syn, roles.syn),
        shows(synAck, roles.synAck),
      ],
    };
  },
};
