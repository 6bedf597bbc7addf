// A queue on the way that stands (RFC 8289): whatever is sent waits in it, stretch after stretch.

import type { Connection, Way } from '../../follow/index.ts';
import { type Context, duration, type Rule, type Shortest } from '../verdict.ts';

/** What stands in a queue longer than that is to be seen in every answer; below, it is told and not warned of. */
const WARNED_US = 100_000;
const LEAST_US = 30_000;
/** Less under way fills no queue, and fewer samples are no measurement. */
const LEAST_FLIGHT = 20_000;
const LEAST_SAMPLES = 20;

/** The direction whose data waits, and the shortest that its round trip has ever been between these hosts. */
export function standingQueue({ sides }: Connection, { path }: Context): { way: Way; base: Shortest } | null {
  for (const way of [0, 1] as const) {
    const { rtt, mostFlight, retransmitted } = sides[way];
    if (rtt.count < LEAST_SAMPLES || mostFlight < LEAST_FLIGHT || retransmitted.all > rtt.count / 10)
      continue;
    const shortest = way === 0 ? path.toServer : path.toClient;
    const base = shortest.us < rtt.least ? shortest : { us: rtt.least, frame: rtt.leastFrame };
    if (rtt.standing > 2 * base.us && rtt.standing - base.us > LEAST_US) return { way, base };
  }
  return null;
}

/** The round trip of all data is long, and it need not be. */
export const bloatedQueue: Rule = {
  id: 'queueing',
  severity: 'warning',
  title: { en: 'A queue on the way is full', zh: '途中队列积压' },
  means: {
    en: 'The round trip of the {who}’s data takes {least} when nothing waits, and here up to {most}, not less than {standing} for a while, with {flight|1 octet|# octets} under way: they wait in a buffer that is too large.',
    zh: '没有排队时{who}数据的往返只需 {least}，这里最长 {most}，而且有一阵始终不低于 {standing}，同时有 {flight} 字节在途：它们在一个过大的缓冲里排队。',
  },
  advice: [
    {
      en: 'On the bottleneck: an AQM (fq_codel, cake), or shape below its rate; on the sender: BBR, or a smaller send buffer.',
      zh: '在瓶颈处：启用 AQM（fq_codel、cake）或限速到略低于其速率；在发送方：BBR，或更小的发送缓冲。',
    },
  ],
  scenario: { id: 'bufferbloat' },
  judge(connection, context) {
    const found = standingQueue(connection, context);
    if (found === null) return null;
    const { way, base } = found;
    const { rtt, mostFlight } = connection.sides[way];
    return {
      confidence: 'likely',
      severity: rtt.standing - base.us > WARNED_US ? 'warning' : 'note',
      culprit: 'network',
      params: {
        who: way === 0 ? 'client' : 'server',
        ...{ least: duration(base.us), most: duration(rtt.most), standing: duration(rtt.standing) },
        flight: mostFlight,
      },
      evidence: [
        { frame: base.frame, role: { en: 'an ACK when nothing waited', zh: '没有排队时的 ACK' } },
        { frame: rtt.standingFrame, role: { en: 'a late ACK', zh: '迟到的 ACK' } },
      ],
      orElse: ['slow-reader'],
    };
  },
};
