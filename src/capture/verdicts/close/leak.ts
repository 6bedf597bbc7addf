// CLOSE-WAIT without an end: a program that does not close (RFC 9293 section 3.6, case 2).

import { RST } from '../../../wire/index.ts';
import { otherWay } from '../../follow/index.ts';
import { roles } from '../roles.ts';
import { duration, type Rule, shows } from '../verdict.ts';

/** Half-closed for so long, without data: Linux's FIN-WAIT-2 ends after that time. */
const LEAK_US = 60e6;

/** One side has closed, and the other never does. */
export const closeWaitLeak: Rule = {
  id: 'close-wait-leak',
  severity: 'fault',
  title: { en: 'The other side never closes: CLOSE-WAIT', zh: '另一方始终不关闭：CLOSE-WAIT' },
  means: {
    en: 'The FIN of the {closer} was acknowledged, and for {time} the {leaker} has neither sent data nor closed: its program forgot close(), or nobody reads. It stays in CLOSE-WAIT; nothing in TCP ends that.',
    zh: '{closer}的 FIN 已被确认，而{leaker}在 {time}内既没发数据也没关闭：程序忘了 close()，或者没有人读。它会一直停在 CLOSE-WAIT，TCP 没有任何机制会结束它。',
  },
  advice: [
    {
      en: 'On the {leaker}: ss -tnp state close-wait names the process. Recv-Q 0: the end was read and not closed; 1: nobody reads.',
      zh: '在{leaker}上：ss -tnp state close-wait 会列出进程。Recv-Q 为 0：读到了末尾却没关；为 1：没有人读。',
    },
    {
      en: 'synfin runbook close-wait has the way from there.',
      zh: '接下来见 synfin runbook close-wait。',
    },
  ],
  scenario: { id: 'cw-leak' },
  over: [
    'abort',
    'idle-killed',
    'peer-vanished',
    'unread-reset',
    'late-data-reset',
    'half-open',
    'still-open',
  ],
  judge({ sides, closedBy, segments }, { endUs }) {
    if (closedBy === null) return null;
    const { fin, finAcked } = sides[closedBy];
    const passive = sides[otherWay(closedBy)];
    if (fin === null || finAcked === null) return null;
    // The FINs have crossed; else the ACK of the first may be the other one itself.
    if (passive.fin !== null && passive.fin.frame < finAcked.frame) return null;
    // A RST of either ends it.
    const next = segments.find(
      (seen) => seen.frame >= finAcked.frame && (seen.is(RST) || (seen.way !== closedBy && !seen.pure)),
    );
    const until = next?.us ?? endUs;
    if (until - finAcked.us < LEAK_US) return null;
    const names = (way: 0 | 1): string => (way === 0 ? 'client' : 'server');
    return {
      confidence: 'likely',
      culprit: closedBy === 0 ? 'server' : 'client',
      params: {
        closer: names(closedBy),
        leaker: names(otherWay(closedBy)),
        time: duration(until - finAcked.us),
      },
      evidence: [
        shows(fin, roles.fin),
        shows(finAcked, roles.ackOfFin),
        ...(passive.fin === null ? [] : [shows(passive.fin, roles.otherFin)]),
      ],
      excluded: [
        {
          verdict: 'half-close',
          because: { en: 'no data followed', zh: '之后没有数据' },
        },
      ],
    };
  },
};
