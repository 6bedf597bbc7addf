// Connections that end without a word, and those that are simply open.

import { ACK, RST, SYN } from '../../../wire/index.ts';
import { hopsOf, Mark, otherWay, type Seen, type Way } from '../../follow/index.ts';
import { roles } from '../roles.ts';
import { duration, type Rule, shows } from '../verdict.ts';

const names = (way: Way): string => (way === 0 ? 'client' : 'server');
/** Idle for so long that what is between may have forgotten: the shortest timeouts of clouds. */
const IDLE_US = 55e6;
/** Idle timeouts of load balancers and NATs that are usual, in seconds. */
const ROUND: readonly number[] = [60, 120, 180, 240, 300, 350, 400, 600, 900, 1800, 3600, 4000];

/** Data, again and again, and no answer: the peer, or the way to it, is gone. */
export const peerVanished: Rule = {
  id: 'peer-vanished',
  severity: 'fault',
  title: { en: 'The other side fell silent', zh: '另一方突然沉默' },
  means: {
    en: 'The {who} sent its data {times|once|# times} in {time}, and nothing came back: the host died, the cable or a route went away, or a firewall began to drop. No FIN and no RST: the connection hangs until a timeout.',
    zh: '{who}在 {time}内把数据发了 {times} 次，没有任何回应：主机宕机、链路或路由中断，或防火墙开始丢包。没有 FIN 也没有 RST：连接会一直挂到超时。',
  },
  advice: [
    {
      en: 'Is the peer’s host up? Do other connections to it live? If they do, something forgot this one.',
      zh: '对端主机还在吗？到它的其他连接还活着吗？若活着，就是途中有设备忘记了这一个。',
    },
    {
      en: 'Set TCP_USER_TIMEOUT (or a deadline in the program), so that it ends in seconds instead of a quarter of an hour.',
      zh: '设置 TCP_USER_TIMEOUT（或在程序里设截止时间），让它在几秒而不是一刻钟内结束。',
    },
  ],
  scenario: { id: 'hs', edits: ['cut 500ms', 'left write "lost" 600ms'] },
  over: ['loss', 'spurious', 'abort', 'fin-lost', 'capture-loss'],
  judge({ sides, segments, opened }, { endUs }) {
    if (!opened) return null;
    for (const way of [0, 1] as const) {
      const side = sides[way];
      const last = segments.findLast(
        (seen) => seen.way === way && (seen.marks & (Mark.RETRANSMITTED | Mark.KEEP_ALIVE)) !== 0,
      );
      if (last === undefined) continue;
      const peerLast = segments.findLast((seen) => seen.way !== way && (seen.marks & Mark.COPY) === 0);
      const tries = segments.filter(
        (seen) =>
          seen.way === way &&
          seen.us > (peerLast?.us ?? -1) &&
          (seen.marks & (Mark.RETRANSMITTED | Mark.KEEP_ALIVE)) !== 0,
      );
      const waits = Math.max(endUs, last.us) - (peerLast?.us ?? 0);
      if (tries.length < 2 || waits < 500_000) continue;
      if (peerLast !== undefined && side.flight === 0 && (last.marks & Mark.KEEP_ALIVE) === 0) continue;
      const first = tries[0] as Seen;
      return {
        confidence: tries.length > 3 ? 'certain' : 'likely',
        culprit: 'network',
        params: { who: names(way), times: tries.length + 1, time: duration(last.us - first.us) },
        evidence: [
          ...(peerLast === undefined ? [] : [shows(peerLast, roles.lastOfPeer)]),
          ...tries.slice(0, 4).map((seen) => shows(seen, roles.textAgain)),
        ],
        orElse: ['mtu-hole', 'idle-killed', 'last-ack-lost', 'fin-lost'],
        excluded: [
          {
            verdict: 'loss',
            because: { en: 'nothing at all comes back', zh: '完全没有回应' },
          },
        ],
      };
    }
    return null;
  },
};

/** Something on the way forgot an idle connection: what follows is dropped, or reset by it. */
export const idleKilled: Rule = {
  id: 'idle-killed',
  severity: 'fault',
  title: { en: 'Forgotten while idle', zh: '空闲期间被遗忘' },
  means: {
    en: 'After {idle} without a segment, the next one found nobody: {how}. A NAT, firewall or load balancer on the way had dropped the connection from its table (conntrack), or the host had.',
    zh: '{idle}没有报文段之后，下一个报文段没人认领：{how}。途中的 NAT、防火墙或负载均衡把连接从表里（conntrack）删掉了，或是主机忘了。',
  },
  advice: [
    {
      en: 'Keep-alive below the idle timeout (Linux: TCP_KEEPIDLE; Node: setKeepAlive(true, 30000)), or close idle connections yourself after less than {idle}.',
      zh: '保活间隔要小于空闲超时（Linux：TCP_KEEPIDLE；Node：setKeepAlive(true, 30000)），或者自己在 {idle}之前关闭空闲连接。',
    },
  ],
  scenario: { id: 'keepalive' },
  over: [
    'peer-vanished',
    'half-open',
    'abort',
    'loss',
    'unread-reset',
    'lb-idle-timeout',
    'mtu-hole',
    'reset-by-middlebox',
  ],
  judge({ sides, segments, opened }) {
    if (!opened || sides[0].fin !== null || sides[1].fin !== null) return null;
    for (let n = 1; n < segments.length; n++) {
      const seen = segments[n] as Seen;
      const before = segments[n - 1] as Seen;
      // A retransmission that far behind the last is the timer's back-off.
      const again = (seen.marks & Mark.RETRANSMITTED) !== 0;
      if (seen.us - before.us < IDLE_US || seen.is(RST) || again) continue;
      const answer = segments.slice(n).find((other) => other.way !== seen.way);
      const tries = segments.slice(n).filter((other) => other.way === seen.way);
      const reset = answer?.is(RST) === true ? answer : null;
      if (answer !== undefined && reset === null) continue;
      const asked = tries.filter(({ marks }) => (marks & (Mark.RETRANSMITTED | Mark.KEEP_ALIVE)) !== 0);
      if (reset === null && (tries.length < 3 || asked.length < 2)) continue;
      // Who has forgotten a connection has no acknowledgment to send (RFC 9293 section 3.10.7.1): its end resets it.
      const ofEnd = reset?.is(ACK) === true && hopsOf(reset.ttl) === hopsOf(sides[reset.way].ttl);
      if (ofEnd) continue;
      const how = reset === null ? 'silence' : 'RST';
      return {
        confidence: 'likely',
        culprit: 'network',
        params: { idle: duration(seen.us - before.us), how },
        evidence: [
          shows(before, roles.lastOfPeer),
          shows(seen, seen.length > 0 ? roles.text : roles.probe),
          ...(reset === null
            ? tries.slice(1, 4).map((one) => shows(one, roles.textAgain))
            : [shows(reset, roles.rst)]),
        ],
        orElse: reset === null ? ['peer-vanished'] : ['half-open'],
      };
    }
    return null;
  },
};

/** Closed or reset after a round number of idle seconds. */
export const idleTimeout: Rule = {
  id: 'lb-idle-timeout',
  severity: 'warning',
  title: { en: 'Ended by an idle timeout', zh: '因空闲超时被结束' },
  means: {
    en: 'The {who} ended the connection after {idle} without data: about {round} s, an idle timeout that load balancers and servers have by default.',
    zh: '{idle}没有数据之后，{who}结束了连接：约 {round} 秒，正是负载均衡和服务器常见的默认空闲超时。',
  },
  advice: [
    {
      en: 'Nothing is broken; but requests that meet the end are lost: let the client’s idle timeout be shorter, or send keep-alives below {round} s.',
      zh: '没有故障；但恰好撞上的请求会丢：把客户端空闲超时设得更短，或以小于 {round} 秒的间隔保活。',
    },
  ],
  scenario: null,
  over: ['abort'],
  judge({ sides, segments }) {
    const ends = [sides[0].fin, sides[1].fin, sides[0].rst, sides[1].rst].filter((one) => one !== null);
    const [end] = ends.sort((a, b) => a.us - b.us);
    if (end === undefined) return null;
    const before = segments.findLast(
      (seen) =>
        seen.us < end.us &&
        seen.frame < end.frame &&
        (seen.length > 0 || seen.is(SYN | ACK)) &&
        (seen.marks & Mark.KEEP_ALIVE) === 0,
    );
    if (before === undefined || end.length > 0) return null;
    const idle = (end.us - before.us) / 1e6;
    const round = ROUND.find((one) => idle >= one - 0.2 && idle <= one + Math.max(1.2, one * 0.005));
    if (round === undefined) return null;
    return {
      confidence: 'likely',
      culprit: end.way === 0 ? 'client' : 'server',
      severity: end.is(RST) ? 'warning' : 'note',
      params: { who: names(end.way), idle: duration(end.us - before.us), round },
      evidence: [shows(before, roles.lastText), shows(end, end.is(RST) ? roles.rst : roles.fin)],
    };
  },
};

/** Nothing ended it before the capture did. */
export const stillOpen: Rule = {
  id: 'still-open',
  severity: 'normal',
  title: { en: 'Open at the end of the capture', zh: '抓包结束时仍打开' },
  means: {
    en: 'The capture ends before the connection does. All that was sent was acknowledged, or was just on its way.',
    zh: '抓包先于连接结束。发出的数据都已确认，或正在路上。',
  },
  advice: [],
  scenario: { id: 'hs' },
  judge({ ending, opened, last, sides }, { endUs }) {
    if (ending !== 'open' || !opened) return null;
    const waiting = sides[otherWay(last.way)];
    if (sides.some((side) => side.flight > 0) && endUs - last.us > 3e6 && waiting.packets > 0) return null;
    return { confidence: 'certain', culprit: 'nobody', evidence: [shows(last, roles.lastOfPeer)] };
  },
};
