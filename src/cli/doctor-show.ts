// An examination on the terminal: what is wrong, the worst first, at most five findings.

import { bySeverity } from '../capture/index.ts';
import {
  type Examination,
  findingText,
  type HostFinding,
  type HostSocket,
  statesOf,
} from '../doctor/index.ts';
import type { Lang } from '../lab/index.ts';
import { printable } from '../lab/text/index.ts';
import { formatEndpoint } from '../wire/index.ts';
import type { Io } from './command.ts';
import { type MessageKey, t } from './messages.ts';
import { runCommandText } from './run-command.ts';
import type { Show } from './show.ts';

const MOST_FINDINGS = 5;
/** Of each kind of advice: the rest is in the runbook. */
const MOST_ADVICE = 2;
const INDENT = '   ';

/** Findings that are more than a note. */
export function isWrong({ severity }: HostFinding): boolean {
  return bySeverity(severity, 'note') < 0;
}

/** `FAULT: CLOSE-WAIT … (312, :8080)` */
export function headOf({ severity, texts, count, where }: HostFinding, lang: Lang): string {
  return t(lang, 'doctorFinding', {
    severity: t(lang, `severity_${severity}`),
    title: texts.title[lang],
    where: t(lang, where === '' ? 'doctorCount' : 'doctorCountWhere', { count, where }),
  });
}

/** The line of numbers above all. */
export function summaryOf(examination: Examination, lang: Lang): string {
  const { now, seconds } = examination.look;
  return t(lang, 'doctorHead', {
    count: now.sockets.length,
    source: now.source,
    span: seconds > 0 ? t(lang, 'doctorSpan', { seconds: seconds.toFixed(1) }) : '',
    states:
      [...statesOf(examination)]
        .map(([state, count]) => `${state} ${count}`)
        .join(lang === 'zh' ? '、' : ', ') || '–',
  });
}

/** Sockets that a process has, and nobody told which. */
function isUnnamed({ examples }: HostFinding): boolean {
  return examples.some(({ inode, owners }) => inode > 0 && owners.length === 0);
}

/** Prints an examination. */
export function tellExamination(show: Show, io: Io, examination: Examination): void {
  const { lang } = io;
  const { findings, look } = examination;
  show.text(summaryOf(examination, lang));
  if (look.now.strange > 0) show.say('doctorStrange', { count: look.now.strange });
  if (look.now.source === '/proc/net/tcp') show.say('doctorLess');
  if (look.before === null) show.say('doctorOnce');
  if (findings.some(isUnnamed)) show.say('doctorNotRoot');
  if (!findings.some(isWrong)) {
    show.lines('');
    show.title(t(lang, 'doctorNothingWrong'));
  }
  findings.slice(0, MOST_FINDINGS).forEach((finding, n) => {
    tellFinding(show, lang, finding, n + 1);
  });
  if (findings.length > MOST_FINDINGS)
    show.say('readMoreFindings', { count: findings.length - MOST_FINDINGS });
}

function tellFinding(show: Show, lang: Lang, finding: HostFinding, n: number): void {
  const { texts, process, perMinute, minutesLeft, severity } = finding;
  const say = (key: MessageKey, params: Record<string, string | number>): void =>
    show.say(key, params, INDENT);
  const text = (one: Parameters<typeof findingText>[0]): string => printable(findingText(one, finding, lang));
  show.lines('');
  show.title(`${n}. ${headOf(finding, lang)}`);
  show.text(text(texts.means), INDENT);
  say('doctorShown', {
    text: finding.shown.map(text).join(lang === 'zh' ? '；' : '; '),
    sure: t(lang, `confidence_${finding.confidence}`),
  });
  if (perMinute !== null) say('doctorGrows', { count: perMinute });
  if (process?.fds != null && process.fdLimit !== null) {
    const params = { fds: process.fds, limit: process.fdLimit };
    if (minutesLeft === null) say('doctorFds', params);
    else say('doctorLeft', { ...params, minutes: minutesLeft });
  }
  for (const socket of finding.examples) show.lines(INDENT + INDENT + exampleText(socket, lang));
  say('doctorProof', { command: finding.proof });
  for (const one of texts.now.slice(0, MOST_ADVICE)) say('doctorNow', { text: text(one) });
  for (const one of texts.forGood.slice(0, MOST_ADVICE)) say('doctorForGood', { text: text(one) });
  const runtime = process?.runtime == null ? undefined : texts.runtimes[process.runtime];
  if (runtime !== undefined) show.text(text(runtime), INDENT);
  if (texts.runbook !== null) say('doctorRunbook', { command: `synfin runbook ${texts.runbook}` });
  const { scenario } = texts;
  if (scenario !== null && severity !== 'normal')
    say('readLab', { command: runCommandText({ scenario: scenario.id, edits: scenario.edits ?? [] }) });
}

function exampleText(socket: HostSocket, lang: Lang): string {
  const { local, localPort, remote, remotePort, state, recvQ, sendQ } = socket;
  const [owner] = socket.owners;
  return printable(
    t(lang, 'doctorExample', {
      ...{ state, recvQ, sendQ: sendQ < 0 ? '?' : sendQ },
      local: formatEndpoint(local, localPort),
      remote: formatEndpoint(remote, remotePort),
      owner: owner === undefined ? '' : t(lang, 'doctorOwner', { ...owner }),
    }),
  );
}
