// Where the time goes: a server that thinks, a path that is long, two timers that wait for each other.

import { Mark, type Seen } from '../../follow/index.ts';
import { lateness } from '../late.ts';
import { roles } from '../roles.ts';
import { duration, durationText, type Rule, shows } from '../verdict.ts';
import { standingQueue } from './queue.ts';

const SLOW_SERVER_US = 1_000_000;
const SLOW_NETWORK_US = 300_000;
/** Beside the delayed ACK of Linux (40 ms) and of others (200 ms, up to 500: RFC 9293 MUST-58). */
const DELAYED: readonly (readonly [number, number])[] = [
  [30_000, 60_000],
  [90_000, 110_000],
  [180_000, 220_000],
  [480_000, 520_000],
];

/** From the last octet of a request to the first of its answer: the longest such time. */
function longestWait(segments: readonly Seen[]): { asked: Seen; answered: Seen; us: number } | null {
  let asked: Seen | null = null;
  let longest: { asked: Seen; answered: Seen; us: number } | null = null;
  for (const seen of segments) {
    if (seen.length === 0 || (seen.marks & (Mark.COPY | Mark.KEEP_ALIVE | Mark.WINDOW_PROBE)) !== 0) continue;
    if (seen.way === 0) {
      if ((seen.marks & Mark.RETRANSMITTED) === 0) asked = seen;
      continue;
    }
    if (asked === null) continue;
    const us = seen.us - asked.us;
    if (longest === null || us > longest.us) longest = { asked, answered: seen, us };
    asked = null;
  }
  return longest;
}

/** The request arrived at once, and the answer took its time. */
export const slowServer: Rule = {
  id: 'slow-server',
  severity: 'warning',
  title: { en: 'The server takes its time', zh: '服务器响应慢' },
  means: {
    en: 'The request was acknowledged in {rtt}, and the first octet of the answer came after {time}: the server’s program (or what it waits for) is slow, not the network.',
    zh: '请求 {rtt}内就被确认，而应答的第一个字节 {time}后才来：慢的是服务器程序（或它所等待的东西），不是网络。',
  },
  advice: [
    {
      en: 'Compare with the server’s log of that request; look at its database and at queues of its workers.',
      zh: '与服务器对该请求的日志对照；检查数据库和工作线程排队。',
    },
  ],
  scenario: { id: 'hs', edits: ['left write "GET" 50ms', 'right write "200" 3000ms'] },
  judge({ segments, sides: [client] }) {
    const wait = longestWait(segments);
    if (wait === null || wait.us < SLOW_SERVER_US) return null;
    const acked = segments.find(
      (seen) => seen.way === 1 && seen.us >= wait.asked.us && ((seen.ack - wait.asked.end) | 0) >= 0,
    );
    if (acked === undefined) return null;
    const rtt = Math.min(acked.us - wait.asked.us, client.rtt.least);
    const again = segments.some(
      (seen) =>
        seen.us > wait.asked.us && seen.us <= wait.answered.us && (seen.marks & Mark.RETRANSMITTED) !== 0,
    );
    if (wait.us < 5 * rtt || again) return null;
    return {
      confidence: 'certain',
      culprit: 'server',
      params: { rtt: duration(acked.us - wait.asked.us), time: duration(wait.us) },
      evidence: [
        shows(wait.asked, { en: 'the end of the request', zh: '请求的末尾' }),
        shows(acked, { en: 'it has arrived', zh: '已送达' }),
        shows(wait.answered, { en: 'the answer begins', zh: '应答开始' }),
      ],
      excluded: [
        {
          verdict: 'slow-network',
          because: {
            en: `a round trip takes ${duration(rtt)}`,
            zh: `一个往返只要 ${durationText(rtt, 'zh')}`,
          },
        },
      ],
    };
  },
};

/** Every round trip is long. */
export const slowNetwork: Rule = {
  id: 'slow-network',
  severity: 'warning',
  title: { en: 'A long way', zh: '路径时延大' },
  means: {
    en: 'A round trip takes {rtt} already in the handshake, where no program thinks.',
    zh: '握手时一个往返就要 {rtt}，那时还没有程序参与。',
  },
  advice: [
    {
      en: 'Fewer round trips (keep connections open, TLS 1.3, one request instead of ten), or a server that is nearer.',
      zh: '减少往返次数（长连接、TLS 1.3、合并请求），或者用更近的服务器。',
    },
  ],
  scenario: { id: 'hs', edits: [] },
  judge(connection, context) {
    const { synAck, thirdAck, sides } = connection;
    const [client, server] = sides;
    const { syn } = client;
    if (syn === null || synAck === null || thirdAck === null || client.syns > 1 || server.syns > 1)
      return null;
    const rtt = thirdAck.us - syn.us;
    if (rtt < SLOW_NETWORK_US || thirdAck.length > 0) return null;
    if (lateness(connection) !== null) return null;
    // It is the queue that was long: others have seen the way without it.
    const { us } = context.path.toServer;
    if (2 * us < synAck.us - syn.us && standingQueue(connection, context) !== null) return null;
    return {
      confidence: 'certain',
      culprit: 'network',
      params: { rtt: duration(rtt) },
      evidence: [shows(syn, roles.syn), shows(synAck, roles.synAck), shows(thirdAck, roles.thirdAck)],
    };
  },
};

/** A small segment waits for an ACK (RFC 9293 section 3.7.4), which waits for its timer (section 3.8.6.3). */
export const nagleDelayedAck: Rule = {
  id: 'nagle-delayed-ack',
  severity: 'warning',
  title: { en: 'Nagle’s algorithm meets delayed ACKs', zh: 'Nagle 算法遇上延迟确认' },
  means: {
    en: '{count|Once|# times} the {who} held a small segment back until the ACK of the one before came, and that came only with the delayed-ACK timer, after {time}: write-write-read costs that much each time.',
    zh: '有 {count} 次，{who}把小报文段压着等前一个的 ACK，而 ACK 要等延迟确认定时器，{time}后才来：写-写-读每次都要多花这么久。',
  },
  advice: [
    {
      en: 'Write a message in one call (writev, a buffer), or set TCP_NODELAY on the {who}. Node: cork()/uncork(), setNoDelay.',
      zh: '一条消息一次写完（writev、缓冲），或在{who}上设 TCP_NODELAY。Node：cork()/uncork()、setNoDelay。',
    },
  ],
  scenario: { id: 'nagle-delack' },
  judge({ sides, segments, synAck, thirdAck }) {
    const found: [Seen, Seen, Seen][] = [];
    const { syn } = sides[0];
    const whole = syn !== null && synAck !== null && thirdAck !== null ? thirdAck.us - syn.us : 0;
    for (let n = 0; n + 1 < segments.length; n++) {
      const ack = segments[n] as Seen;
      if (!ack.pure || ack.marks !== 0) continue;
      const sent = segments.slice(Math.max(0, n - 8), n).findLast((seen) => seen.way !== ack.way);
      const next = segments[n + 1] as Seen;
      if (sent === undefined || next.way === ack.way || sent.length === 0 || next.length === 0) continue;
      const mss = Math.max(536, sides[sent.way].largest, 1200);
      const small = sent.length < mss && next.length < mss && next.seq === sent.end && next.marks === 0;
      if (!small || ack.ack !== sent.end) continue;
      const measured = sides[sent.way].rtt;
      const rtt = measured.count > 0 ? measured.least : 0;
      const waited = ack.us - sent.us;
      const late =
        DELAYED.some(
          ([low, high]) => waited - Math.min(rtt, waited) >= low && waited <= high + 2 * rtt + 5000,
        ) || DELAYED.some(([low, high]) => waited >= low && waited <= high + rtt);
      if (late && waited >= 1.5 * rtt + 20_000 && next.us - ack.us < Math.max(2000, rtt, whole * 1.2))
        found.push([sent, ack, next]);
    }
    const [one] = found;
    if (one === undefined) return null;
    const [sent, ack, next] = one;
    return {
      confidence: found.length > 1 ? 'certain' : 'likely',
      culprit: sent.way === 0 ? 'client' : 'server',
      params: {
        count: found.length,
        who: sent.way === 0 ? 'client' : 'server',
        time: duration(ack.us - sent.us),
      },
      evidence: [
        shows(sent, { en: 'a small segment', zh: '小报文段' }),
        shows(ack, { en: 'its ACK, late', zh: '迟来的 ACK' }),
        shows(next, { en: 'what had waited', zh: '一直在等的数据' }),
      ],
    };
  },
};
