// FINs that were sent again: the FIN was lost, or the ACK of it.

import { FIN, OPT_TIMESTAMPS, seqLt } from '../../../wire/index.ts';
import { type Connection, Mark, otherWay, type Seen } from '../../follow/index.ts';
import { roles } from '../roles.ts';
import { type Context, duration, type Rule, shows } from '../verdict.ts';

/** A repeated FIN, and the ACK of it that was seen before it was repeated. */
function repeated(connection: Connection): { fin: Seen; again: Seen; acked: Seen | null } | null {
  for (const way of [0, 1] as const) {
    const { fin, finAcked } = connection.sides[way];
    if (fin === null) continue;
    const again = connection.segments.find(
      (seen) => seen.way === way && seen.is(FIN) && seen !== fin && (seen.marks & Mark.COPY) === 0,
    );
    if (again === undefined) continue;
    const acked = finAcked !== null && finAcked.us < again.us ? finAcked : null;
    return { fin, again, acked };
  }
  return null;
}

/** What acknowledges the FIN is the answer to its first sending: that was only late. */
function answersFirst({ sides, closedBy }: Connection, { path }: Context, fin: Seen, again: Seen): boolean {
  const { finAcked, rtt } = sides[fin.way];
  // One sample may be of a late ACK: others between the same hosts know better.
  const least = Math.min(rtt.least, (fin.way === 0 ? path.toServer : path.toClient).us);
  if (finAcked === null) return false;
  if (rtt.count > 0 && finAcked.us > again.us && finAcked.us - again.us < 0.9 * least) return true;
  // RFC 3522. An end in TIME-WAIT does not take the timestamp of a FIN that comes again: its echo says nothing.
  const stamped = (again.opts & finAcked.opts & OPT_TIMESTAMPS) !== 0 && closedBy === fin.way;
  return stamped && seqLt(finAcked.tsEcr, again.tsVal);
}

/** Nobody has acknowledged it before it is sent again. */
export const finLost: Rule = {
  id: 'fin-lost',
  severity: 'note',
  title: { en: 'The FIN was sent again', zh: 'FIN 重发' },
  means: {
    en: 'The FIN of the {who} was not acknowledged and sent again after {time}: it was lost, or the ACK of it was.',
    zh: '{who}的 FIN 没有得到确认，{time}后重发：FIN 或它的 ACK 丢失了。',
  },
  advice: [],
  scenario: { id: 'fin-lost' },
  judge(connection, context) {
    const found = repeated(connection);
    if (found === null || found.acked !== null) return null;
    const { fin, again } = found;
    if (connection.sides[otherWay(fin.way)].rst !== null || answersFirst(connection, context, fin, again))
      return null;
    return {
      confidence: 'likely',
      culprit: 'network',
      params: { who: fin.way === 0 ? 'client' : 'server', time: duration(again.us - fin.us) },
      evidence: [shows(fin, roles.fin), shows(again, roles.finAgain)],
      orElse: ['last-ack-lost'],
    };
  },
};

/** The ACK was seen, and the FIN is sent again nevertheless. */
export const lastAckLost: Rule = {
  id: 'last-ack-lost',
  severity: 'note',
  title: { en: 'The ACK of the FIN was lost', zh: '对 FIN 的 ACK 丢失' },
  means: {
    en: 'The FIN of the {who} had been acknowledged and was sent again after {time}: the ACK did not arrive. TIME-WAIT is there to answer it.',
    zh: '{who}的 FIN 已被确认，{time}后又重发：那个 ACK 没有送达。TIME-WAIT 正是为了应答它。',
  },
  advice: [],
  scenario: { id: 'lastack-lost' },
  over: ['spurious'],
  judge(connection) {
    const found = repeated(connection);
    if (found === null || found.acked === null) return null;
    const { fin, again, acked } = found;
    return {
      confidence: 'certain',
      culprit: 'network',
      params: { who: fin.way === 0 ? 'client' : 'server', time: duration(again.us - fin.us) },
      evidence: [shows(fin, roles.fin), shows(acked, roles.ackOfFin), shows(again, roles.finAgain)],
      excluded: [
        {
          verdict: 'fin-lost',
          because: { en: `frame ${acked.frame} acknowledges the FIN`, zh: `第 ${acked.frame} 帧确认了 FIN` },
        },
      ],
    };
  },
};
