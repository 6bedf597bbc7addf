// `synfin read --tui`: the lab's viewer on connections of a capture, or on a replay of one, which can be changed.

import {
  type Analysis,
  bySeverity,
  type Connection,
  type ConnectionReport,
  replayOf,
  traceOfConnection,
  verdictText,
  verdictTexts,
} from '../capture/index.ts';
import type { Scenario } from '../lab/index.ts';
import { formatEndpoint } from '../wire/index.ts';
import type { Io } from './command.ts';
import { t } from './messages.ts';
import { titleOf } from './read-finding.ts';
import type { ShowOptions } from './show.ts';
import { labWorld, openViewer, openWorld, type TuiWorld } from './tui/index.ts';

/** A connection as the viewer names it. */
function entryOf({ number, client, server, verdicts }: ConnectionReport): Scenario {
  const ends = `${formatEndpoint(client.address, client.port)} > ${formatEndpoint(server.address, server.port)}`;
  const [worst] = verdicts;
  const texts = worst === undefined ? undefined : verdictTexts.get(worst.id);
  const means = (lang: 'en' | 'zh'): string =>
    texts === undefined || worst === undefined ? ends : verdictText(texts.means, worst.params, lang);
  const title = (lang: 'en' | 'zh'): string => verdicts.map(({ id }) => titleOf(id, lang)).join(', ');
  const named = { en: `${ends}  ${title('en')}`, zh: `${ends}  ${title('zh')}` };
  return {
    ...{ id: `#${number}`, group: 'data', title: named, question: named, setup: {}, steps: [], notice: [] },
    explanation: { en: means('en'), zh: means('zh') },
  };
}

/** The connections whose segments were kept, the worst first, as a world of the viewer. */
export function capturedWorld({ connections, kept }: Analysis): TuiWorld {
  const reports = connections
    .filter(({ number }) => kept.has(number))
    .sort((a, b) => bySeverity(a.verdicts[0]?.severity ?? 'normal', b.verdicts[0]?.severity ?? 'normal'));
  const byId = new Map(reports.map((report) => [`#${report.number}`, report]));
  const capturedOf = ({ id }: Scenario) =>
    traceOfConnection(kept.get(byId.get(id)?.number ?? -1) as Connection);
  /** Of each trace that was made, what its verdicts say of its events. */
  const evidence = new WeakMap<object, { event: number; say: (lang: 'en' | 'zh') => string }[]>();
  const lab = labWorld({});
  return {
    scenarios: reports.map(entryOf),
    texts: { title: 'readTuiTitle', count: 'readTuiCount', fixed: 'readTuiFixed' },
    run(scenario) {
      const { trace, eventOfFrame } = capturedOf(scenario);
      const verdicts = byId.get(scenario.id)?.verdicts ?? [];
      const said = verdicts.flatMap(({ id, evidence: shows }) =>
        shows.flatMap(({ frame, role }) => {
          const event = frame === null ? undefined : eventOfFrame.get(frame);
          const say = (lang: 'en' | 'zh'): string =>
            t(lang, 'readWas', { frame: frame ?? 0, role: role[lang], title: titleOf(id, lang) });
          return event === undefined ? [] : [{ event, say }];
        }),
      );
      evidence.set(trace, said);
      return { trace, unmatched: [] };
    },
    find: () => [],
    explain(trace, at, lang) {
      const said = (evidence.get(trace) ?? [])
        .filter(({ event }) => event === at)
        .map(({ say }) => say(lang));
      return [...said, ...lab.explain(trace, at, lang)];
    },
  };
}

/** Opens the viewer on the list, or on one connection; the exit code. */
export function viewCaptured(
  io: Io,
  look: ShowOptions,
  analysis: Analysis,
  conn: number | null,
): Promise<number> {
  const world = capturedWorld(analysis);
  const chosen = world.scenarios.find(({ id }) => id === `#${conn}`) ?? null;
  return openWorld(io, look, world, chosen);
}

/** Opens the viewer on a replay, with what befell the connection as changes that can be taken back. */
export function viewReplay(io: Io, look: ShowOptions, connection: Connection): Promise<number> {
  const { scenario, faults } = replayOf(connection);
  return openViewer(io, look, { edits: faults }, scenario);
}
