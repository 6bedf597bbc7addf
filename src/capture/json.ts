// An analysis as JSON: what programs read. Its shape has a version.

import type { Lang } from '../lab/text/index.ts';
import type { Analysis } from './analysis.ts';
import { problemText } from './read/index.ts';
import { type Verdict, verdictText, verdictTexts } from './verdicts/index.ts';

/** A verdict in JSON, with its sentences. */
function verdictJson(verdict: Verdict, lang: Lang) {
  const { id, severity, confidence, culprit, evidence, excluded, orElse, params } = verdict;
  const texts = verdictTexts.get(id);
  const say = (text: { en: string; zh: string } | undefined): string =>
    text === undefined ? '' : verdictText(text, params, lang);
  return {
    ...{ id, severity, confidence, culprit },
    title: say(texts?.title),
    means: say(texts?.means),
    evidence: evidence.map(({ frame, role }) => ({ frame, role: role[lang] })),
    excluded: excluded.map(({ verdict: other, because }) => ({ verdict: other, because: because[lang] })),
    orElse,
    params,
    advice: (texts?.advice ?? []).map(say),
    scenario: texts?.scenario ?? null,
  };
}

/** An analysis as plain data for `JSON.stringify`: `format` and `version` say its shape. */
export function analysisJson(analysis: Analysis, lang: Lang) {
  const { info, problems, counts, unknownLinks, connections, more, findings } = analysis;
  return {
    format: 'synfin-analysis',
    version: 1,
    file: {
      ...{ format: info.format, octets: info.octets, frames: info.frames, nanoseconds: info.nanoseconds },
      interfaces: info.interfaces,
      comments: info.comments,
      names: Object.fromEntries(info.names),
      processes: Object.fromEntries(info.processes),
      secrets: info.secrets,
    },
    problems: problems.map((problem) => ({
      ...{ file: problem.file, key: problem.key },
      text: problemText(problem, lang),
    })),
    counts,
    unknownLinks,
    findings: findings.map(({ id, severity, count, connections: examples, verdict }) => ({
      ...{ id, severity, count, connections: examples },
      verdict: verdictJson(verdict, lang),
    })),
    connections: connections.map((connection) => ({
      ...connection,
      verdicts: connection.verdicts.map((verdict) => verdictJson(verdict, lang)),
    })),
    more,
  };
}
