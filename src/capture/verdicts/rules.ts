// Every rule, by what it is about. Their order means nothing: `over` says which of two that hold says more.

import { captureRules } from './capture/index.ts';
import { closeRules } from './close/index.ts';
import { dataRules } from './data/index.ts';
import { handshakeRules, portScan, synFlood } from './handshake/index.ts';
import { healthy } from './healthy.ts';
import type { Rule, VerdictTexts } from './verdict.ts';

/** The rules about one connection. */
export const rules: readonly Rule[] = [...handshakeRules, ...closeRules, ...dataRules, ...captureRules];

/** What is said of each verdict, by id. */
export const verdictTexts: ReadonlyMap<string, VerdictTexts> = new Map(
  [...rules, synFlood, portScan, healthy].map((texts) => [texts.id, texts]),
);
