// One whole connection, from the handshake to CLOSED, drawn while it happens: against the kernel of this machine, or a second
// synfin.

import { createHash } from 'node:crypto';
import {
  type End,
  LadderRows,
  plainLine,
  secondsText,
  TableRows,
  TerminalLadder,
  type Trace,
  type TraceEvent,
  wrapText,
} from '../lab/index.ts';
import type { Params } from '../lab/text/index.ts';
import { TunError } from '../link/tun/index.ts';
import type { PacketInfo } from '../sim/index.ts';
import type { StateName } from '../tcp/index.ts';
import type { Io } from './command.ts';
import { oneLine } from './kernel-here.ts';
import { type MessageKey, t } from './messages.ts';
import { RunCapture } from './run-capture.ts';
import { kernelStage } from './run-kernel.ts';
import { expectedStates, play, type Received, tally } from './run-scenario.ts';
import type { Settings } from './run-settings.ts';
import { type OpenStage, type StageOptions, synfinStage } from './run-synfin.ts';

/** 128 + the number of the signal, as shells have it. */
const EXIT_SIGNAL = { SIGINT: 130, SIGTERM: 143 } as const;

/** One run with one stage; what it prints. */
class Run {
  readonly #settings: Settings;
  readonly #io: Io;
  readonly #rows: LadderRows;
  readonly #width: number;
  #ladder: TerminalLadder | null = null;
  /** With --plain: a line an event. */
  #table: TableRows | null = null;
  #capture: RunCapture | null = null;
  #onClosed: (() => void) | null = null;
  /** The right end's TIME-WAIT is not waited for: a kernel's lasts a minute. */
  #mayWait = false;

  constructor(settings: Settings, io: Io) {
    this.#settings = settings;
    this.#io = io;
    this.#rows = new LadderRows({ lang: io.lang, absolute: settings.absolute });
    this.#width = settings.width;
  }

  get stageOptions(): StageOptions {
    const { mslMs, delayMs } = this.#settings;
    return { mslMs, delayMs, onEvent: (event, packet) => this.#onEvent(event, packet) };
  }

  #print(...lines: string[]): void {
    if (!this.#settings.json) for (const line of lines) this.#io.stdout.write(`${line}\n`);
  }

  /** A message, in lines as wide as the ladder. */
  say(key: MessageKey, params: Params = {}, mark = ''): void {
    const indent = mark === '' ? '' : '  ';
    const text = ascii(t(this.#io.lang, key, params), this.#settings.ascii);
    const lines = wrapText(text, Math.max(this.#width, 72) - 2);
    this.#print(...lines.map((line, i) => (i === 0 ? mark : indent) + line));
  }

  /** Plays the script on a stage and says how it went; the exit code. */
  async on(stage: OpenStage): Promise<number> {
    const { close, pcap, delayMs } = this.#settings;
    const { ends, recorder } = stage;
    const kernel = ends.right.states === 'observed';
    let captured = true;
    const onFailed = ({ message }: Error): void => {
      captured = false;
      this.#io.stderr.write(`synfin: ${t(this.#io.lang, 'captureFailed', { message })}\n`);
    };
    if (pcap !== null)
      this.#capture = new RunCapture(pcap, ends, kernel ? () => Date.now() * 1000 : null, onFailed);
    this.#introduce(ends);
    this.#mayWait = kernel;
    const closed = new Promise<void>((resolve) => {
      this.#onClosed = resolve;
    });
    const texts = {
      left: `hello ${ends.right.name}, this is synfin`,
      right: `hello synfin, ${ends.right.name} hears you`,
    };
    let received: Received | null = null;
    let error: unknown = null;
    try {
      received = await stage.run(play(stage, { close, texts, pauseMs: 2 * delayMs + 80 }));
      await stage.run(closed);
    } catch (thrown) {
      error = thrown;
    }
    const failures = this.#judge(recorder.trace(), texts, received);
    if (error !== null) {
      const message = error instanceof Error ? error.message : String(error);
      failures.unshift(t(this.#io.lang, 'runFailed', { message }));
    }
    this.#conclude(recorder.trace(), failures);
    return failures.length === 0 && captured ? 0 : 1;
  }

  /** Who meets whom, what is not as in real life, and the head of the ladder. */
  #introduce(ends: Trace['ends']): void {
    const { delayMs, mslMs, ascii, colour } = this.#settings;
    const { lang } = this.#io;
    const { name: peer, states } = ends.right;
    const { absolute, plain } = this.#settings;
    if (plain) this.#table = new TableRows(ends, { lang, absolute });
    else this.#ladder = new TerminalLadder({ ends, lang, width: this.#width, ascii, colour });
    this.say(states === 'observed' ? 'runTitleKernel' : 'runTitleSynfin', { peer });
    if (states === 'observed') this.say('runObserved', { peer });
    this.say('runWire', { delay: delayMs });
    this.say(mslMs < 30_000 ? 'runMslShort' : 'runMsl', { msl: secondsText(mslMs) });
    this.#print('', ...(this.#ladder?.head() ?? []));
  }

  /** Compares what happened with what should have; says it, and returns what was wrong. */
  #judge(trace: Trace, texts: Readonly<Record<End, string>>, received: Received | null): string[] {
    const { lang } = this.#io;
    const { close } = this.#settings;
    const { left, right } = trace.ends;
    const counts = tally(trace);
    const failures: string[] = [];
    this.#print('');
    for (const end of ['left', 'right'] as const) {
      const { name, states } = trace.ends[end];
      const wanted = expectedStates(end, close, states === 'observed');
      const good = same(wanted, counts.states[end]);
      this.say('runStates', { name, states: path(counts.states[end]) }, this.#mark(good));
      if (!good) failures.push(t(lang, 'runNotThese', { name, states: path(wanted) }));
    }
    const { segments, octets, retransmissions } = counts;
    const numbers = {
      leftSegments: segments.left,
      leftOctets: octets.left,
      rightSegments: segments.right,
      rightOctets: octets.right,
    };
    const whole = received !== null;
    this.say(
      'runCounts',
      { left: left.name, right: right.name, ...numbers, retransmissions },
      this.#mark(whole),
    );
    if (received !== null) {
      const wrong = (
        [
          ['left', 'right'],
          ['right', 'left'],
        ] as const
      ).filter(([reader, writer]) => sha256(received[reader]) !== sha256(texts[writer]));
      for (const [end] of wrong) failures.push(t(lang, 'runDataDiffers', { name: trace.ends[end].name }));
      const short = { left: sha256(texts.left).slice(0, 8), right: sha256(texts.right).slice(0, 8) };
      if (wrong.length === 0) this.say('runDataSame', short, this.#mark(true));
    }
    if (right.states === 'observed' && counts.states.right.at(-1) === 'TIME-WAIT') {
      this.say('runWaits', { name: right.name });
    }
    return failures;
  }

  /** The capture, what went wrong, and with --json the trace, whose `summary` is the verdict and the tally. */
  #conclude(trace: Trace, failures: readonly string[]): void {
    const { json, pcap, close, mslMs, delayMs } = this.#settings;
    if (this.#capture !== null) {
      this.#capture.close();
      this.say('runCapture', { packets: this.#capture.packets, file: pcap ?? '' });
    }
    if (json) {
      const summary = { ok: failures.length === 0, failures, close, mslMs, delayMs, ...tally(trace) };
      this.#io.stdout.write(`${JSON.stringify({ ...trace, summary }, null, 1)}\n`);
    }
    for (const line of failures) this.#io.stderr.write(`synfin run: ${line}\n`);
  }

  #mark(right: boolean): string {
    if (this.#settings.ascii) return right ? '+ ' : 'x ';
    return right ? '✓ ' : '✗ ';
  }

  #onEvent(event: TraceEvent, packet: PacketInfo | null): void {
    this.#capture?.event(event, packet);
    for (const row of this.#rows.push(event)) this.#print(...(this.#ladder?.row(row) ?? []));
    const line = this.#table?.push(event) ?? null;
    if (line !== null) this.#print(plainLine(line));
    const { left, right } = event.states;
    if (event.t > 0 && left === 'CLOSED' && (right === 'CLOSED' || (this.#mayWait && right === 'TIME-WAIT')))
      this.#onClosed?.();
  }
}

function path(states: readonly StateName[]): string {
  return states.join(' → ');
}

function ascii(text: string, only: boolean): string {
  return only ? text.replaceAll('→', '->').replaceAll('…', '...') : text;
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((x, i) => x === b[i]);
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Runs it; the exit code. `why` there can be no kernel here: '' if there can. */
export async function runConnection(settings: Settings, io: Io, why: string): Promise<number> {
  const onStage = new Run(settings, io);
  if (settings.peer === 'synfin') return onSynfin(onStage);
  if (why === '') {
    const stage = await kernelStage(onStage.stageOptions).catch((error: unknown) => {
      if (!(error instanceof TunError)) throw error;
      why = oneLine(error.message);
      return null;
    });
    if (stage !== null) return onKernel(onStage, stage, io);
  }
  if (settings.peer === 'kernel') {
    io.stderr.write(`synfin run: ${t(io.lang, 'runKernelNeeded', { why })}\n`);
    return 1;
  }
  const note = t(io.lang, 'runNoKernel', { why });
  (settings.json ? io.stderr : io.stdout).write(`${note}\n`);
  return onSynfin(onStage);
}

async function onSynfin(onStage: Run): Promise<number> {
  const stage = synfinStage(onStage.stageOptions);
  try {
    return await onStage.on(stage);
  } finally {
    stage.dispose();
  }
}

/** Ends cleanly, whether it is played to the end or interrupted. */
async function onKernel(onStage: Run, stage: OpenStage, io: Io): Promise<number> {
  let interrupt: NodeJS.SignalsListener = () => {};
  const interrupted = new Promise<number>((resolve) => {
    interrupt = (signal) => {
      io.stderr.write(`\nsynfin run: ${t(io.lang, 'runInterrupted')}\n`);
      resolve(EXIT_SIGNAL[signal as keyof typeof EXIT_SIGNAL]);
    };
  });
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    return await Promise.race([onStage.on(stage), interrupted]);
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
    stage.dispose();
  }
}
