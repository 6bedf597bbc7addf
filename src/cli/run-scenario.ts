// What `synfin run` does with a connection: both ends say something, then one of them, or both at once,
// close. The script does not know who the peer is; a stage brings the two ends and the time.

import type { End, Trace, TraceRecorder } from '../lab/index.ts';
import { statesPassed } from '../lab/index.ts';
import type { StateName } from '../tcp/index.ts';
import type { CloseOrder } from './run-settings.ts';

/** A program at one end of the connection. */
export interface Actor {
  write(octets: Uint8Array): void;
  /** What has come next; null at the end of the peer's stream. Rejects when the connection breaks. */
  read(): Promise<Uint8Array | null>;
  /** No more writes: sends FIN. */
  close(): void;
}

/** Two ends, a wire between them, and time. */
export interface Stage {
  readonly recorder: TraceRecorder;
  /** Left opens actively; right has a listener. */
  connect(): Promise<Actor>;
  accept(): Promise<Actor>;
  /** Makes the stage's time the present, before a program does something. */
  sync(): void;
  sleep(ms: number): Promise<void>;
  /** Lets things happen until `done` settles. */
  run<T>(done: Promise<T>): Promise<T>;
  /** Leaves nothing behind. */
  dispose(): void;
}

/** What the script shall do. */
export interface Script {
  readonly close: CloseOrder;
  readonly texts: Readonly<Record<End, string>>;
  /** How long an end waits before it closes; more than two delays of the wire and a delayed ACK. */
  readonly pauseMs: number;
}

/** What arrived at each end. */
export type Received = Readonly<Record<End, Uint8Array>>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Plays the script to the point where both programs have seen the end of the other's stream. */
export async function play(stage: Stage, script: Script): Promise<Received> {
  const { recorder } = stage;
  const { texts, pauseMs, close } = script;
  const received: Record<End, Uint8Array> = { left: new Uint8Array(0), right: new Uint8Array(0) };
  const say = (...call: Parameters<TraceRecorder['call']>): void => {
    stage.sync();
    recorder.call(...call);
  };
  const write = (end: End, actor: Actor): void => {
    const octets = encoder.encode(texts[end]);
    say(end, 'write', octets.length, texts[end]);
    actor.write(octets);
  };
  const hear = async (end: End, actor: Actor, octets: number): Promise<void> => {
    while (received[end].length < octets) {
      const chunk = await actor.read();
      if (chunk === null)
        throw new Error(`the stream ended after ${received[end].length} of ${octets} octets`);
      say(end, 'read', chunk.length, decoder.decode(chunk));
      received[end] = Uint8Array.of(...received[end], ...chunk);
    }
  };
  const hearEnd = async (end: End, actor: Actor): Promise<void> => {
    const chunk = await actor.read();
    if (chunk !== null) throw new Error(`${chunk.length} octets more than were written`);
    say(end, 'eof');
  };
  const shut = (end: End, actor: Actor): void => {
    say(end, 'close');
    actor.close();
  };

  const answer = async (): Promise<Actor> => {
    const actor = await stage.accept();
    say('right', 'accept');
    await hear('right', actor, encoder.encode(texts.left).length);
    write('right', actor);
    return actor;
  };
  const answered = answer();
  answered.catch(() => {});
  say('left', 'connect');
  const left = await stage.connect();
  write('left', left);
  const right = await answered;
  await hear('left', left, encoder.encode(texts.right).length);
  await stage.sleep(pauseMs);

  if (close === 'simultaneous') {
    shut('left', left);
    shut('right', right);
    await Promise.all([hearEnd('left', left), hearEnd('right', right)]);
    return received;
  }
  const [first, second] = close === 'active' ? (['left', 'right'] as const) : (['right', 'left'] as const);
  const actors = { left, right };
  shut(first, actors[first]);
  await hearEnd(second, actors[second]);
  await stage.sleep(pauseMs);
  shut(second, actors[second]);
  await hearEnd(first, actors[first]);
  return received;
}

const OPENING: Readonly<Record<End, readonly StateName[]>> = {
  left: ['CLOSED', 'SYN-SENT', 'ESTABLISHED'],
  right: ['LISTEN', 'SYN-RECEIVED', 'ESTABLISHED'],
};
const FIRST: readonly StateName[] = ['FIN-WAIT-1', 'FIN-WAIT-2', 'TIME-WAIT'];
const SECOND: readonly StateName[] = ['CLOSE-WAIT', 'LAST-ACK', 'CLOSED'];
const BOTH: readonly StateName[] = ['FIN-WAIT-1', 'CLOSING', 'TIME-WAIT'];

/**
 * The states that an end passes (RFC 9293 figures 5, 12 and 13). `waits`: its TIME-WAIT is longer than we
 * watch, as a kernel's is.
 */
export function expectedStates(end: End, close: CloseOrder, waits: boolean): StateName[] {
  const closesFirst = close === 'simultaneous' || (close === 'active') === (end === 'left');
  const closing = close === 'simultaneous' ? BOTH : closesFirst ? FIRST : SECOND;
  const last: StateName[] = closesFirst && !waits ? ['CLOSED'] : [];
  return [...OPENING[end], ...closing, ...last];
}

/** What a trace amounts to. */
export interface Tally {
  /** Segments and octets of text that left each end. */
  readonly segments: Readonly<Record<End, number>>;
  readonly octets: Readonly<Record<End, number>>;
  readonly retransmissions: number;
  readonly states: Readonly<Record<End, readonly StateName[]>>;
}

/** Counts. */
export function tally(trace: Trace): Tally {
  const segments = { left: 0, right: 0 };
  const octets = { left: 0, right: 0 };
  let retransmissions = 0;
  for (const event of trace.events) {
    if (event.kind !== 'sent') continue;
    segments[event.from]++;
    if (event.retransmission) retransmissions++;
    else octets[event.from] += event.segment.length;
  }
  const states = { left: statesPassed(trace, 'left'), right: statesPassed(trace, 'right') };
  return { segments, octets, retransmissions, states };
}
