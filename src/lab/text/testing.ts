// What the tests of texts share.

import { fill, parametersOf } from './language.ts';

/** What is counted in texts about captures and hosts; and verbs of many. */
const NOUNS =
  'segments|octets|connections|times|timeouts|frames|packets|fragments|records|ports|hops|lines|descriptors|sockets|pages|addresses|calls|rows|holes|SYNs|SYN,ACKs|retransmissions|handshakes|findings';
const PLURAL = new RegExp(`(?<![\\w.:/])1 (?:more |other )?(?:${NOUNS}|are|were|have)\\b`, 'g');

/** What is said wrongly of one in an English text, with 1 for each of its parameters: `1 connections`. */
export function ofOne(text: string): string[] {
  const params = Object.fromEntries(parametersOf(text).map((name) => [name, 1]));
  return [...fill(text, params).matchAll(PLURAL)].map(([words]) => words);
}
