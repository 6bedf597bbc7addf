// DNS over HTTPS (RFC 8484), by the platform's fetch: outside that knows names where there is no other way, as in a page.

import { decodeResponse, encodeQuestion, type Question } from '../../socket/dns/index.ts';
import type { DnsAnswer, DnsUpstream } from './answers.ts';

const MEDIA_TYPE = 'application/dns-message';

/** What is used of `fetch`. */
export type DohFetcher = (
  url: string,
  init: { method: string; headers: Record<string, string>; body: Uint8Array<ArrayBuffer> },
) => Promise<{ readonly ok: boolean; readonly status: number; arrayBuffer(): Promise<ArrayBuffer> }>;

/**
 * Asks the server at `url`, as `https://dns.example/dns-query`. `fetcher` does it; default: the platform's fetch. Throws
 * TypeError for what is no URL.
 */
export function dohUpstream(url: string, fetcher: DohFetcher = fetch): DnsUpstream {
  const { href } = new URL(url);
  return async (name, type): Promise<DnsAnswer> => {
    const body = encodeQuestion(0, { name, type } as Question, false); // ID 0 for caches: RFC 8484 section 4.1
    const response = await fetcher(href, {
      method: 'POST',
      headers: { 'content-type': MEDIA_TYPE, accept: MEDIA_TYPE },
      body: body as Uint8Array<ArrayBuffer>,
    });
    if (!response.ok) throw new Error(`${href} answers with status ${response.status}`);
    const answer = decodeResponse(new Uint8Array(await response.arrayBuffer()));
    if (answer === null) throw new Error(`${href} answers with what is no DNS message`);
    const { rcode, answers } = answer;
    return { rcode: rcode === 'NOERROR' || rcode === 'NXDOMAIN' ? rcode : 'SERVFAIL', answers };
  };
}
