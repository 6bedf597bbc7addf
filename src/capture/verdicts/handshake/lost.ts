// Handshakes with a loss that they survive: the SYN, its answer, or the third ACK.

import { SYN } from '../../../wire/index.ts';
import { type Connection, Mark, type Seen } from '../../follow/index.ts';
import { lateness } from '../late.ts';
import { roles } from '../roles.ts';
import { duration, durationText, type Found, type Rule, shows } from '../verdict.ts';

const { COPY } = Mark;
/** A SYN,ACK that comes again so soon answers a SYN that came again. */
const NO_TIMER_US = 100_000;
/** Round trips differ by less. */
const SOONER = 0.75;

const advice = [
  {
    en: 'A single one is nothing to worry about. If many go to one destination, capture on the other side, too, and compare which of them arrive.',
    zh: '偶尔一次无妨。若集中在某个目的地：在另一侧也抓，比较哪些到了。',
  },
];

/** A SYN,ACK that left the server before the third ACK can have been there: no sign that it was lost. */
export function crossesThirdAck(connection: Connection, seen: Seen): boolean {
  const { synAck, thirdAck, sides } = connection;
  if (synAck === null || thirdAck === null || seen.us < thirdAck.us) return false;
  const asked = lastAsked(connection, synAck);
  if (asked === undefined) return false;
  // A SYN,ACK that answers an earlier SYN comes sooner behind the last than a round trip takes.
  const { rtt } = sides[0];
  return seen.us - thirdAck.us < Math.max(synAck.us - asked.us, rtt.count > 0 ? rtt.least : 0);
}

/** The SYN before a SYN,ACK. */
function lastAsked({ segments }: Connection, synAck: Seen): Seen | undefined {
  return segments.findLast((one) => one.way === 0 && one.is(SYN) && one.us <= synAck.us);
}

/**
 * The SYN,ACK cannot be the answer to the SYN before it, because it came sooner than data is acknowledged, and that answer
 * followed: an earlier SYN had arrived, and its first answer did not.
 */
function answersEarlier(connection: Connection): boolean {
  const { synAck, sides, segments } = connection;
  const { syn, rtt } = sides[0];
  if (syn === null || synAck === null || rtt.count === 0) return false;
  const asked = lastAsked(connection, synAck);
  const next = segments.find((seen) => seen.way === 1 && seen.is(SYN) && seen.frame > synAck.frame);
  if (asked === undefined || asked === syn || next === undefined) return false;
  const least = SOONER * rtt.least;
  return synAck.us - asked.us < least && next.us - asked.us >= least;
}

/** The first SYN, or its answer, did not arrive; a later one did. */
export const synLost: Rule = {
  id: 'syn-lost',
  severity: 'warning',
  title: { en: 'The SYN was sent again', zh: 'SYN 重发' },
  means: {
    en: 'The connection opened only with SYN number {syns}, {time} after the first: the earlier ones, or their answers, were lost or dropped.',
    zh: '直到第 {syns} 个 SYN 才建立，比第一个晚了 {time}：之前的 SYN 或其应答丢失了，或被丢弃。',
  },
  advice,
  scenario: { id: 'syn-lost' },
  judge(connection, { vantage }) {
    const { sides, segments, synAck } = connection;
    const { syn } = sides[0];
    if (syn === null || synAck === null) return null;
    const answers = segments.filter((seen) => seen.way === 1 && seen.is(SYN) && seen !== synAck);
    if (!answers.every((seen) => crossesThirdAck(connection, seen))) return null;
    const again = segments.filter(
      (seen) => seen.way === 0 && seen.is(SYN) && seen !== syn && seen.us <= synAck.us && seen.marks !== COPY,
    );
    if (again.length === 0 || answersEarlier(connection)) return null;
    return {
      confidence: 'certain',
      culprit: vantage.at === 'server' ? 'server' : 'network',
      params: { syns: again.length + 1, time: duration(synAck.us - syn.us) },
      evidence: [
        shows(syn, roles.syn),
        ...again.slice(0, 4).map((seen) => shows(seen, roles.synAgain)),
        shows(synAck, roles.synAck),
      ],
      orElse: ['syn-ack-lost', 'accept-queue-full'],
    };
  },
};

/** Beside the client: the first SYN,ACK is not there, and the one that is has waited for the server's timer. */
function unseenAnswer({ sides: [client, server] }: Connection, syn: Seen, synAck: Seen): Found {
  const took = duration(synAck.us - syn.us);
  return {
    confidence: 'likely',
    culprit: 'network',
    params: { answers: server.syns, syns: client.syns },
    evidence: [
      shows(syn, roles.syn),
      shows(synAck, {
        en: `a SYN,ACK that was sent again: ${took} after the SYN`,
        zh: `重发的 SYN,ACK：在 SYN 之后 ${durationText(synAck.us - syn.us, 'zh')}`,
      }),
    ],
    orElse: ['syn-lost', 'late-syn-ack'],
    excluded: [
      {
        verdict: 'slow-network',
        because: {
          en: `data takes ${duration(client.rtt.least)} there and back`,
          zh: `数据往返只要 ${durationText(client.rtt.least, 'zh')}`,
        },
      },
    ],
  };
}

/** The server answers each SYN, and the client goes on asking. */
export const synAckLost: Rule = {
  id: 'syn-ack-lost',
  severity: 'warning',
  title: { en: 'The SYN,ACK does not arrive', zh: 'SYN,ACK 没有送达' },
  means: {
    en: 'The server answered ({answers|1 SYN,ACK|# SYN,ACKs} here) what the client asked ({syns|1 SYN|# SYNs} here), and not all of it arrived: what the server sends is lost on the way to the client.',
    zh: '服务器应答了客户端的请求（这里有 {answers} 个 SYN,ACK、{syns} 个 SYN），但没有全部送达：服务器发出的报文在去客户端的路上丢了。',
  },
  advice: [
    {
      en: 'Look for asymmetric routes and for a firewall that sees only one direction.',
      zh: '检查是否路由不对称，或者有防火墙只看得到一个方向。',
    },
    ...advice,
  ],
  scenario: { id: 'synack-lost' },
  over: ['syn-lost', 'third-ack-lost'],
  judge(connection) {
    const { sides, segments, synAck, thirdAck, wrongSynAck } = connection;
    const [client, server] = sides;
    if (client.syn === null || synAck === null || wrongSynAck !== null) return null;
    if (answersEarlier(connection) || lateness(connection)?.timer === true)
      return unseenAnswer(connection, client.syn, synAck);
    const until = thirdAck?.us ?? Number.POSITIVE_INFINITY;
    const syns = segments.filter(
      (seen) => seen.way === 0 && seen.is(SYN) && seen.us > synAck.us && seen.us < until,
    );
    const answers = segments.filter((seen) => seen.way === 1 && seen.is(SYN) && seen.us < until);
    const unheard = thirdAck === null && client.rst === null && server.syns > 1 && syns.length === 0;
    if ((syns.length === 0 || answers.length < 2) && !unheard) return null;
    return {
      confidence: syns.length > 0 ? 'certain' : 'likely',
      culprit: 'network',
      params: { answers: server.syns, syns: client.syns },
      evidence: [
        shows(client.syn, roles.syn),
        shows(synAck, roles.synAck),
        ...syns.slice(0, 3).map((seen) => shows(seen, roles.synAgain)),
        ...answers.slice(1, 4).map((seen) => shows(seen, roles.synAckAgain)),
      ],
      orElse: syns.length > 0 ? [] : ['third-ack-lost', 'syn-flood'],
      excluded: [
        {
          verdict: 'filtered',
          because: { en: `frame ${synAck.frame} answers`, zh: `第 ${synAck.frame} 帧作了应答` },
        },
      ],
    };
  },
};

/** The server repeats its SYN,ACK after the client has acknowledged it. */
export const thirdAckLost: Rule = {
  id: 'third-ack-lost',
  severity: 'warning',
  title: { en: 'The third ACK was lost', zh: '第三个 ACK 丢失' },
  means: {
    en: 'The client had acknowledged the SYN,ACK, and the server sent it again {time} later: the ACK did not arrive. The client answered once more.',
    zh: '客户端已确认 SYN,ACK，服务器 {time}后又发了一次：那个 ACK 没有送达。客户端再次应答。',
  },
  advice,
  scenario: { id: 'ack3-lost' },
  judge(connection, { vantage }) {
    const { segments, synAck, thirdAck } = connection;
    if (synAck === null || thirdAck === null) return null;
    const again = segments.find(
      (seen) =>
        seen.way === 1 &&
        seen.is(SYN) &&
        seen.us - synAck.us > NO_TIMER_US &&
        !crossesThirdAck(connection, seen),
    );
    if (again === undefined) return null;
    const before = again.us < thirdAck.us;
    if (before && vantage.at === 'client') return null;
    const answer = segments.find((seen) => seen.way === 0 && seen.us >= again.us && !seen.is(SYN));
    return {
      confidence: answer === undefined ? 'possible' : 'likely',
      culprit: 'network',
      params: { time: duration(again.us - synAck.us) },
      evidence: [
        shows(synAck, roles.synAck),
        shows(thirdAck, roles.thirdAck),
        shows(again, roles.synAckAgain),
        ...(answer === undefined || answer === thirdAck ? [] : [shows(answer, roles.ackAgain)]),
      ],
      orElse: ['accept-queue-full', 'syn-ack-lost'],
    };
  },
};
