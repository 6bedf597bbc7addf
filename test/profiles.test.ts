// docs/profiles.md says what the profiles of hosts are, each choice with its value and source.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PAGE, profilesPage } from '../scripts/profiles.ts';

test('docs/profiles.md has all choices with values and sources: `node scripts/profiles.ts` writes it', () => {
  expect(readFileSync(PAGE, 'utf8')).toBe(profilesPage());
});

test('a choice has a row of its own, a rule says that it is one', () => {
  expect(profilesPage()).toMatch(/^\| `synR2Ms` \| `131000` \| tcp_syn_retries: 6/m);
  expect(profilesPage()).toMatch(/^\| `retransmissionTimeout` \| a rule \| tcp_syn_linear_timeouts/m);
  expect(profilesPage()).toMatch(/^\| `synSentAck` \| a rule \| /m);
});
