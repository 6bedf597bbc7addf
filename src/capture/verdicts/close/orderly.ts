// Closes as they should be (RFC 9293 section 3.6): four segments, three, both at once, one direction at a time.

import { FIN, seqGeq } from '../../../wire/index.ts';
import { type Connection, otherWay, type Seen } from '../../follow/index.ts';
import { roles } from '../roles.ts';
import { type Found, type Rule, shows } from '../verdict.ts';

/** The FINs in the order in which they were captured; null unless both were seen and acknowledged. */
function fins({ sides, closedBy }: Connection): { first: Seen; second: Seen } | null {
  if (closedBy === null) return null;
  const { fin: first, finAcked: firstAcked } = sides[closedBy];
  const { fin: second, finAcked: secondAcked } = sides[otherWay(closedBy)];
  if (first === null || second === null || firstAcked === null || secondAcked === null) return null;
  return { first, second };
}

function acksFirst({ first, second }: { first: Seen; second: Seen }): boolean {
  return seqGeq(second.ack, first.end);
}

function evidence(connection: Connection, { first, second }: { first: Seen; second: Seen }): Found {
  const { sides } = connection;
  const acked = sides[first.way].finAcked as Seen;
  const last = sides[second.way].finAcked as Seen;
  const seen = [...new Set([first, acked, second, last])].sort((a, b) => a.frame - b.frame);
  return {
    confidence: 'certain',
    culprit: 'nobody',
    params: { who: first.way === 0 ? 'client' : 'server' },
    evidence: seen.map((one) => shows(one, one.is(FIN) ? roles.fin : roles.ackOfFin)),
  };
}

/** The FIN is acknowledged first, and the other one follows later. */
export const closeFour: Rule = {
  id: 'close-four',
  severity: 'normal',
  title: { en: 'Closed in four segments', zh: '四次挥手关闭' },
  means: {
    en: 'The {who} closed first, and has the TIME-WAIT. FIN, ACK, FIN, ACK: as it should be.',
    zh: '{who}先关闭，TIME-WAIT 在它那边。FIN、ACK、FIN、ACK：正常。',
  },
  advice: [],
  scenario: { id: 'close4' },
  judge(connection) {
    const both = fins(connection);
    if (both === null || !acksFirst(both)) return null;
    const acked = connection.sides[both.first.way].finAcked;
    return acked === both.second ? null : evidence(connection, both);
  },
};

/** ACK and FIN are one segment. */
export const closeThree: Rule = {
  id: 'close-three',
  severity: 'normal',
  title: { en: 'Closed in three segments', zh: '三次挥手关闭' },
  means: {
    en: 'The {who} closed first, and has the TIME-WAIT; the other side’s FIN carried the ACK. As it should be.',
    zh: '{who}先关闭，TIME-WAIT 在它那边；另一方的 FIN 捎带了 ACK。正常。',
  },
  advice: [],
  scenario: { id: 'close3' },
  judge(connection) {
    const both = fins(connection);
    if (both === null || !acksFirst(both)) return null;
    return connection.sides[both.first.way].finAcked === both.second ? evidence(connection, both) : null;
  },
};

/** Two FINs that cross: neither acknowledges the other (RFC 9293 figure 13). */
export const closeSimultaneous: Rule = {
  id: 'close-simultaneous',
  severity: 'normal',
  title: { en: 'Both sides closed at once', zh: '双方同时关闭' },
  means: {
    en: 'The two FINs crossed, and both ends have a TIME-WAIT. Legal, and as it should be.',
    zh: '两个 FIN 交错，两端各有一个 TIME-WAIT。合法，属正常。',
  },
  advice: [],
  scenario: { id: 'simclose' },
  judge(connection) {
    const both = fins(connection);
    return both === null || acksFirst(both) ? null : evidence(connection, both);
  },
};

/** Data of the passive side after it has acknowledged the FIN. */
export const halfClose: Rule = {
  id: 'half-close',
  severity: 'normal',
  title: { en: 'Half-closed, and used so', zh: '半关闭并继续传输' },
  means: {
    en: 'The {who} finished its direction with FIN and went on receiving: shutdown(), not close().',
    zh: '{who}用 FIN 结束了自己的方向，但继续接收：用的是 shutdown()，不是 close()。',
  },
  advice: [],
  scenario: { id: 'half-close' },
  judge({ sides, closedBy, segments }) {
    if (closedBy === null) return null;
    const { fin, finAcked, rst } = sides[closedBy];
    if (fin === null || finAcked === null || rst !== null) return null;
    const later = segments.find(
      (seen) =>
        seen.way !== closedBy && seen.length > 0 && seen.us >= finAcked.us && seqGeq(seen.ack, fin.end),
    );
    const taken = segments.find(
      (seen) =>
        later !== undefined && seen.way === closedBy && seqGeq(seen.ack, later.end) && seen.us >= later.us,
    );
    if (later === undefined || taken === undefined) return null;
    return {
      confidence: 'certain',
      culprit: 'nobody',
      params: { who: closedBy === 0 ? 'client' : 'server' },
      evidence: [shows(fin, roles.fin), shows(finAcked, roles.ackOfFin), shows(later, roles.text)],
    };
  },
};
