// Handshakes with numbers that do not fit: an old SYN, a changed one, both ends at once.

import { ACK, SYN } from '../../../wire/index.ts';
import type { Connection, Seen } from '../../follow/index.ts';
import { roles } from '../roles.ts';
import { type Found, type Rule, shows } from '../verdict.ts';

/** A client whose old SYN was refused sends its new one again within this: 1 s at first, 3 s before RFC 6298. */
const NEW_SYN_US = 3.5e6;

/** A SYN,ACK for another SYN; the client refuses it (RFC 9293 sections 3.5 and 3.10.7.3). */
export const staleSyn: Rule = {
  id: 'stale-syn',
  severity: 'note',
  title: { en: 'An old SYN was answered', zh: '旧 SYN 得到了应答' },
  means: {
    en: 'The server answered an old SYN that had arrived late; the client, which has a newer one under way, refuses the SYN,ACK with RST, and the real handshake follows: that is what three segments are for.',
    zh: '服务器应答了一个迟到的旧 SYN；客户端已发出更新的 SYN，于是用 RST 拒绝这个 SYN,ACK，真正的握手随后进行：三次握手正是为此。',
  },
  advice: [],
  scenario: { id: 'stale-first' },
  over: [
    'isn-mismatch',
    'syn-lost',
    'syn-ack-lost',
    'syn-aborted',
    'refused',
    'filtered',
    'loss',
    'abort',
    'reset-ignored',
    'reset-by-middlebox',
  ],
  judge(connection) {
    const { sides, wrongSynAck, segments } = connection;
    const [client] = sides;
    if (client.syn === null) return null;
    if (wrongSynAck === null) return ofOldSyn(connection, client.syn);
    const rst = segments.find(
      (seen) => seen.way === 0 && seen.seq === wrongSynAck.ack && seen.us >= wrongSynAck.us,
    );
    return {
      confidence: rst === undefined ? 'likely' : 'certain',
      culprit: 'network',
      evidence: [
        shows(client.syn, roles.syn),
        shows(wrongSynAck, roles.synAck),
        ...(rst === undefined ? [] : [shows(rst, roles.rst)]),
      ],
    };
  },
};

/** Where the old SYN is seen first: all of its connection is the answer and the RST of SYN-SENT, then comes the new SYN. */
function ofOldSyn({ sides: [{ rst }], synAck, thirdAck, nextSyn }: Connection, syn: Seen): Found | null {
  if (rst === null || synAck === null || thirdAck !== null || nextSyn === null) return null;
  if (rst.is(ACK) || rst.seq !== synAck.ack || nextSyn.way !== rst.way) return null;
  if (nextSyn.us - rst.us > NEW_SYN_US) return null;
  return {
    confidence: 'likely',
    culprit: 'network',
    evidence: [
      shows(syn, roles.syn),
      shows(synAck, roles.synAck),
      shows(rst, roles.rst),
      shows(nextSyn, roles.newSyn),
    ],
    orElse: ['syn-aborted'],
  };
}

/** The same sockets, another number, and nothing in between. */
export const isnMismatch: Rule = {
  id: 'isn-mismatch',
  severity: 'note',
  title: { en: 'A SYN with another number on the same ports', zh: '同一对端口上出现序列号不同的 SYN' },
  means: {
    en: 'The connection before it, on the same ports, had only got as far as its SYN: the client’s program tried again with the port it had, or a proxy opens in its place.',
    zh: '同一对端口上的前一个连接只发了 SYN：客户端程序用同一端口重试，或者有代理在替它建立连接。',
  },
  advice: [],
  scenario: { id: 'stale-first' },
  judge({ earlier, sides: [client], first }) {
    if (earlier === null || client.syn === null || !earlier.opening || earlier.reset) return null;
    if (first.us - earlier.lastUs > 60e6) return null;
    return {
      confidence: 'likely',
      culprit: 'client',
      evidence: [{ frame: earlier.frame, role: roles.syn }, shows(client.syn, roles.synAgain)],
    };
  },
};

/** Both sides open actively (RFC 9293 section 3.5, figure 8), or one answers in two segments. */
export const simultaneousOpen: Rule = {
  id: 'simultaneous-open',
  severity: 'note',
  title: { en: 'Both ends opened at once', zh: '两端同时打开' },
  means: {
    en: 'Both ends sent a SYN without ACK: a simultaneous open, or a handshake in four segments. Both are legal, and rare; who is the client is a matter of taste.',
    zh: '双方都发出了不带 ACK 的 SYN：同时打开，或者四段式握手。都合法但少见，谁算客户端并无定论。',
  },
  advice: [],
  scenario: { id: 'simopen' },
  over: ['syn-lost', 'syn-ack-lost', 'loss', 'third-ack-lost', 'spurious'],
  judge({ sides: [client, server], segments }) {
    if (client.syn === null || server.syn === null || client.syn.is(ACK) || server.syn.is(SYN | ACK))
      return null;
    const answer = segments.find((seen) => seen.is(SYN | ACK));
    return {
      confidence: 'certain',
      culprit: 'nobody',
      evidence: [
        shows(client.syn, roles.syn),
        shows(server.syn, roles.syn),
        ...(answer === undefined ? [] : [shows(answer, roles.synAck)]),
      ],
    };
  },
};
