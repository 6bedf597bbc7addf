// RSTs that the end did not send: forged on the way, or by an attacker who guesses.

import { ACK, FIN, RST, SYN, seqGt, seqLt } from '../../../wire/index.ts';
import { type Connection, hopsOf, Mark, otherWay, type Seen } from '../../follow/index.ts';
import { roles } from '../roles.ts';
import { type Evidence, type Rule, shows } from '../verdict.ts';

/** Paths of the same host differ by a hop at times. */
const HOPS = 2;

const hops = (ttl: number): string => (hopsOf(ttl) === 1 ? '1 hop' : `${hopsOf(ttl)} hops`);

/** What speaks against a RST being of the side that it names. */
function forged(connection: Connection, rst: Seen): Evidence[] {
  const side = connection.sides[rst.way];
  const peer = connection.sides[otherWay(rst.way)];
  const signs: Evidence[] = [];
  const sign = (seen: Seen, en: string, zh: string): number => signs.push(shows(seen, { en, zh }));
  if (side.ttl > 0 && Math.abs(hopsOf(rst.ttl) - hopsOf(side.ttl)) >= HOPS)
    sign(
      rst,
      `TTL ${rst.ttl}, other packets of this side ${side.ttl}: another sender, ${hops(rst.ttl)} away and not ${hopsOf(side.ttl)} if its first TTL is a usual one`,
      `TTL ${rst.ttl}，而这一方其他包是 ${side.ttl}：发送者另有其人，若初始 TTL 为常见值，它在 ${hopsOf(rst.ttl)} 跳之外，而不是 ${hopsOf(side.ttl)} 跳`,
    );
  const twin = connection.segments.find(
    (seen) => seen.way !== rst.way && seen.ipId > 0 && seen.ipId === rst.ipId && seen.us <= rst.us,
  );
  if (twin !== undefined && peer.packets < 1000)
    sign(twin, `its IP identification is copied from this packet`, `它的 IP 标识抄自这个包`);
  if (rst.reserved !== 0) sign(rst, 'reserved bits are set', '保留位被置位');
  const later = connection.segments.find(
    (seen) =>
      seen.way === rst.way &&
      seen.us > rst.us &&
      (seen.ctl & (RST | SYN)) === 0 &&
      (seen.marks & (Mark.COPY | Mark.REORDERED)) === 0 &&
      (seen.length > 0 || seen.is(FIN) || seqGt(seen.ack, peer.una)),
  );
  if (later !== undefined) sign(later, 'the side goes on as if nothing had been', '这一方若无其事地继续');
  return signs;
}

/** Something on the way ended the connection in the name of an end. */
export const resetByMiddlebox: Rule = {
  id: 'reset-by-middlebox',
  severity: 'fault',
  title: { en: 'A RST that this side did not send', zh: '并非由该方发出的 RST' },
  means: {
    en: 'The RST in the name of the {who} does not come from there: a firewall, a NAT, an intrusion prevention system or a censor ends the connection.',
    zh: '以{who}名义发出的 RST 并不来自它：是防火墙、NAT、入侵防御系统或审查设备终止了连接。',
  },
  advice: [
    {
      en: 'Ask who runs the devices on the way: first those {hops|1 hop|# hops} from here, but who forges also chooses a TTL. A capture at the {who} shows that it sent no RST.',
      zh: '查一查途中的设备归谁管：先看离这里 {hops} 跳的，不过伪造者也能随意选 TTL。在{who}上抓包即可证明它没有发 RST。',
    },
  ],
  scenario: { id: 'blind-rst' },
  over: [
    'abort',
    'unread-reset',
    'half-open',
    'refused',
    'late-data-reset',
    'idle-pool-race',
    'server-abandoned',
  ],
  judge(connection) {
    const rst = connection.segments.find(
      (seen) => seen.is(RST) && (seen.marks & (Mark.COPY | Mark.STRAY)) === 0,
    );
    if (rst === undefined) return null;
    // Both have closed: it ends nothing.
    const { sides } = connection;
    if (sides.every(({ finAcked }) => finAcked !== null && finAcked.us < rst.us)) return null;
    const signs = forged(connection, rst);
    if (signs.length === 0) return null;
    const ttl = signs.some(({ role }) => role.en.startsWith('TTL'));
    // A side that goes on has ignored a RST that was not its peer's: that is another verdict, unless the TTL speaks, too.
    if (!ttl && signs.length < 2) return null;
    return {
      confidence: signs.length > 1 ? 'certain' : 'likely',
      culprit: 'network',
      params: { who: rst.way === 0 ? 'client' : 'server', hops: hopsOf(rst.ttl) },
      evidence: [shows(rst, roles.rst), ...signs],
      excluded: [
        {
          verdict: 'abort',
          because: signs[0]?.role ?? roles.rst,
        },
      ],
    };
  },
};

/** A RST or a SYN inside the window, and the connection lives (RFC 5961). */
export const resetIgnored: Rule = {
  id: 'reset-ignored',
  severity: 'warning',
  title: { en: 'A RST or SYN that was not believed', zh: '未被采信的 RST 或 SYN' },
  means: {
    en: 'A {what} came that does not have the next number; it was answered with a challenge ACK, or ignored, and the connection went on: a blind attack, or a stray segment, without effect.',
    zh: '来了一个序列号不是下一个期望值的 {what}；对方以挑战 ACK 应答或忽略，连接继续：是盲攻击或游荡的报文段，没有生效。',
  },
  advice: [],
  scenario: { id: 'blind-rst' },
  over: ['abort', 'unread-reset', 'half-open', 'late-data-reset', 'refused'],
  judge(connection) {
    const { segments } = connection;
    const doubtful = segments.find(
      (seen) =>
        (seen.is(RST) && (seen.marks & Mark.COPY) === 0) ||
        (seen.is(SYN) && !seen.is(ACK) && (seen.marks & Mark.STRAY) !== 0),
    );
    if (doubtful === undefined || !connection.opened) return null;
    const peer = connection.sides[otherWay(doubtful.way)];
    const answer = segments.find(
      (seen) =>
        seen.way !== doubtful.way && seen.us >= doubtful.us && seen.pure && seen.frame > doubtful.frame,
    );
    const goesOn = segments.find(
      (seen) =>
        seen.frame > doubtful.frame &&
        seen.way === doubtful.way &&
        (seen.ctl & (RST | SYN)) === 0 &&
        (seen.length > 0 || seen.is(FIN)) &&
        seqLt(doubtful.seq, (seen.end + 65_536) | 0),
    );
    const peerGoesOn = segments.some(
      (seen) =>
        seen.frame > doubtful.frame && seen.way !== doubtful.way && seen.length > 0 && seen !== answer,
    );
    const challenged = answer !== undefined && (doubtful.marks & Mark.STRAY) !== 0;
    if (goesOn === undefined && !challenged && !(answer !== undefined && peerGoesOn && peer.rst === null))
      return null;
    return {
      confidence: answer === undefined ? 'likely' : 'certain',
      culprit: 'network',
      params: { what: doubtful.is(RST) ? 'RST' : 'SYN' },
      evidence: [
        shows(doubtful, doubtful.is(RST) ? roles.rst : roles.syn),
        ...(answer === undefined ? [] : [shows(answer, roles.challenge)]),
        ...(goesOn === undefined ? [] : [shows(goesOn, roles.text)]),
      ],
    };
  },
};
