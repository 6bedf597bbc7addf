// An examination as JSON: what programs read. Its shape has a version.

import type { Lang } from '../lab/text/index.ts';
import { formatEndpoint } from '../wire/index.ts';
import type { Examination, HostFinding } from './examine.ts';
import type { HostSocket } from './socket.ts';
import { findingText } from './texts.ts';

function socketJson(socket: HostSocket) {
  const { state, local, localPort, remote, remotePort, recvQ, sendQ, timer, retransmits, inode, owners } =
    socket;
  return {
    ...{ state, local: formatEndpoint(local, localPort), remote: formatEndpoint(remote, remotePort) },
    ...{ recvQ, sendQ, timer, retransmits, inode },
    owners,
  };
}

function findingJson(finding: HostFinding, lang: Lang) {
  const { id, severity, confidence, count, perMinute, minutesLeft, process, where, proof, texts } = finding;
  const say = (text: Parameters<typeof findingText>[0]): string => findingText(text, finding, lang);
  const runtime = process?.runtime == null ? undefined : texts.runtimes[process.runtime];
  return {
    ...{ id, severity, confidence, count, perMinute, minutesLeft, process, where },
    title: texts.title[lang],
    means: say(texts.means),
    shown: finding.shown.map(say),
    examples: finding.examples.map(socketJson),
    proof,
    now: texts.now.map(say),
    forGood: texts.forGood.map(say),
    runtime: runtime === undefined ? null : say(runtime),
    runbook: texts.runbook,
    scenario: texts.scenario,
  };
}

/** How many sockets are in each state. */
export function statesOf({ look }: Examination): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { state } of look.now.sockets) counts.set(state, (counts.get(state) ?? 0) + 1);
  return new Map([...counts].sort((a, b) => b[1] - a[1]));
}

/** An examination as plain data for `JSON.stringify`: `format` and `version` say its shape. */
export function examinationJson(examination: Examination, lang: Lang) {
  const { look, findings } = examination;
  return {
    format: 'synfin-doctor',
    version: 1,
    source: look.now.source,
    seconds: look.seconds,
    sockets: look.now.sockets.length,
    states: Object.fromEntries(statesOf(examination)),
    strange: look.now.strange,
    findings: findings.map((finding) => findingJson(finding, lang)),
  };
}
