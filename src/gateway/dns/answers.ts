// Who knows names outside: asked by the gateway's DNS for what it may resolve.

import type { AnswerRecord } from '../../socket/dns/index.ts';

/** What a name came to. `rcode` as RFC 1035 has it; aliases stand before what they lead to. */
export interface DnsAnswer {
  readonly rcode: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED' | 'NOTIMP';
  readonly answers: readonly AnswerRecord[];
}

/**
 * Asks outside. `name` without a dot at its end, in small letters; `type` as 'A', 'AAAA', 'MX'… A promise that rejects is
 * SERVFAIL.
 */
export type DnsUpstream = (name: string, type: string) => PromiseLike<DnsAnswer>;
