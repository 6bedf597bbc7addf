// What is said of a rule: its own words, the advice of its runbook where it has one, and what to do in each runtime.

import type { Severity } from '../../capture/index.ts';
import { runbookNamed } from '../../lab/index.ts';
import type { Text } from '../../lab/text/index.ts';
import type { RuleTexts, Runtime } from './rule.ts';
import { runtimeAdvice } from './runtimes.ts';

interface Words {
  readonly severity: Severity;
  readonly title: Text;
  readonly means: Text;
  readonly runbook?: string;
  readonly scenario?: RuleTexts['scenario'];
  readonly now?: readonly Text[];
  readonly forGood?: readonly Text[];
}

/** The texts of a rule; what is not given is its runbook's. */
export function texts(id: string, words: Words): RuleTexts {
  const { severity, title, means, runbook: name } = words;
  const runbook = name === undefined ? undefined : runbookNamed(name);
  if (name !== undefined && runbook === undefined) throw new Error(`there is no runbook ${name}`);
  const now = words.now ?? runbook?.now ?? [];
  const forGood = words.forGood ?? runbook?.forGood ?? [];
  const lab =
    runbook === undefined
      ? null
      : { id: runbook.scenario, ...(runbook.edits === undefined ? {} : { edits: runbook.edits }) };
  const runtimes: Readonly<Partial<Record<Runtime, Text>>> = runtimeAdvice[id] ?? {};
  return {
    ...{ id, severity, title, means, now, forGood, runtimes },
    advice: [...now, ...forGood],
    scenario: words.scenario ?? lab,
    runbook: name ?? null,
  };
}

/** Those of CLOSE-WAIT have one runbook. */
export function closeWaitTexts(id: string, { title, means }: Pick<Words, 'title' | 'means'>): RuleTexts {
  return texts(id, { severity: 'fault', title, means, runbook: 'close-wait' });
}
