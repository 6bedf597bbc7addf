// A capture of the wire that was dropped onto the page: read here, judged by the rules of synfin read, shown as ladders.
// Loaded when the first one is dropped; nothing of it leaves the page.

import {
  type Analysis,
  bySeverity,
  CaptureAnalyser,
  type Compression,
  compressionOf,
  durationText,
  type Finding,
  problemText,
  traceOfConnection,
  verdictText,
  verdictTexts,
  verdictWord,
} from '../../src/capture/index.ts';
import type { Text } from '../../src/lab/text/index.ts';
import { say } from '../messages.ts';
import { lang, showTrace } from '../state/lab.ts';

const MOST_FINDINGS = 5;
const HEAD = 4;

const words = {
  healthy: { en: 'Nothing is wrong with these connections.', zh: '这些连接没有问题。' },
  findings: { en: 'What is wrong', zh: '出了什么问题' },
  connections: { en: 'Connections', zh: '连接' },
  none: { en: 'it has no TCP connection', zh: '其中没有 TCP 连接' },
  packed: {
    en: 'this browser does not unpack zstd: unpack it first (zstd -d)',
    zh: '此浏览器不能解压 zstd：请先解压（zstd -d）',
  },
  damaged: { en: 'its compressed data is damaged', zh: '压缩数据已损坏' },
  frames: { en: 'Frames', zh: '帧' },
  next: { en: 'Next', zh: '下一步' },
  counts: {
    en: '{frames} frames, {connections} connections, {time}',
    zh: '{frames} 帧，{connections} 个连接，{time}',
  },
} as const satisfies Record<string, Text>;

/** The octets of a file, unpacked. Throws where this browser does not know the compression. */
async function unpacked(file: File): Promise<ReadableStream<Uint8Array>> {
  const head = new Uint8Array(await file.slice(0, HEAD).arrayBuffer());
  const compression: Compression | null = compressionOf(head);
  const octets = file.stream() as ReadableStream<Uint8Array<ArrayBuffer>>;
  if (compression === null) return octets;
  // Names of formats beyond gzip and deflate throw a TypeError where they are not known.
  return octets.pipeThrough(new DecompressionStream(compression as 'gzip'));
}

/** Reads and judges a file, piece by piece; a problem as text where there is nothing to show. */
async function analysed(file: File): Promise<Analysis | string> {
  let stream: ReadableStream<Uint8Array>;
  try {
    stream = await unpacked(file);
  } catch {
    return say(words.packed);
  }
  const analyser = new CaptureAnalyser();
  const reader = stream.getReader();
  let damaged = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || analyser.stopped) break;
      analyser.push(value);
    }
  } catch {
    damaged = true;
  }
  const analysis = analyser.end();
  if (analysis.counts.connections > 0) return analysis;
  const [problem] = analysis.problems;
  if (damaged) return say(words.damaged);
  return problem === undefined ? say(words.none) : problemText(problem, lang.value);
}

/** Opens a capture; what is wrong with the file, or null. */
export async function openCapture(file: File): Promise<string | null> {
  const analysis = await analysed(file);
  if (typeof analysis === 'string') return analysis;
  const told = analysis.findings.filter(({ severity }) => severity !== 'normal');
  const [worst] = told.flatMap(({ connections }) => connections);
  const { name } = file;
  const show = (number: number): void => {
    const connection = analysis.kept.get(number);
    if (connection === undefined) return;
    const About = (): preact.JSX.Element => (
      <Findings analysis={analysis} shown={number} show={show} told={told} />
    );
    showTrace(`${name} #${number}`, traceOfConnection(connection).trace, About);
  };
  const [first] = [...analysis.kept.keys()].sort((a, b) => a - b);
  show(worst !== undefined && analysis.kept.has(worst) ? worst : (first ?? 0));
  return null;
}

interface AboutProps {
  readonly analysis: Analysis;
  readonly told: readonly Finding[];
  readonly shown: number;
  readonly show: (number: number) => void;
}

/** What is wrong, and the ways to the connections. */
function Findings({ analysis, told, shown, show }: AboutProps) {
  const { counts, kept, connections } = analysis;
  const healthy = !told.some(({ severity }) => bySeverity(severity, 'note') < 0);
  const params = {
    frames: counts.frames,
    connections: counts.connections,
    time: durationText(counts.lastUs, lang.value),
  };
  return (
    <div class="capture">
      <p class="quiet-text">{verdictText(words.counts, params, lang.value)}</p>
      {healthy && <p>{say(words.healthy)}</p>}
      {told.length > 0 && <h3>{say(words.findings)}</h3>}
      {told.slice(0, MOST_FINDINGS).map((finding) => (
        <FindingText key={finding.id} finding={finding} show={show} />
      ))}
      <h3>{say(words.connections)}</h3>
      <ul>
        {connections
          .filter(({ number }) => kept.has(number))
          .map(({ number, client, server, verdicts }) => (
            <li key={number}>
              <button
                type="button"
                aria-current={number === shown ? 'true' : undefined}
                onClick={() => show(number)}
              >
                #{number} {client.address}:{client.port} → {server.address}:{server.port}
              </button>{' '}
              {verdicts.map(({ id }) => titleOf(id)).join(lang.value === 'zh' ? '、' : ', ')}
            </li>
          ))}
      </ul>
    </div>
  );
}

function titleOf(id: string): string {
  const texts = verdictTexts.get(id);
  return texts === undefined ? id : say(texts.title);
}

function FindingText({
  finding,
  show,
}: {
  readonly finding: Finding;
  readonly show: (number: number) => void;
}) {
  const { id, verdict, connections } = finding;
  const texts = verdictTexts.get(id);
  if (texts === undefined) return null;
  const fill = (text: Text): string => verdictText(text, verdict.params, lang.value);
  return (
    <section data-verdict={id}>
      <h4>
        {say(texts.title)} ({verdictWord(verdict.culprit, lang.value)}){' '}
        {connections.map((number) => (
          <button key={number} type="button" onClick={() => show(number)}>
            #{number}
          </button>
        ))}
      </h4>
      <p>{fill(texts.means)}</p>
      {verdict.evidence.length > 0 && (
        <p class="quiet-text">
          {say(words.frames)}:{' '}
          {verdict.evidence.map(({ frame, role }) => `${frame ?? '–'} ${say(role)}`).join('; ')}
        </p>
      )}
      {texts.advice.map((text) => (
        <p key={text.en}>
          {say(words.next)}: {fill(text)}
        </p>
      ))}
    </section>
  );
}
