// What is said when things go wrong: forged segments, copies, segments that say the same twice. Each sentence
// must be true of its event, whatever an end believes.

import { describe, expect, test } from 'vitest';
import { runScenario } from '../scenario/index.ts';
import { scenarioNamed } from '../scenarios/index.ts';
import type { Trace, TraceEvent } from '../trace.ts';
import { beliefs } from './beliefs.ts';
import { explainEvent } from './event.ts';
import { knowledgeSentence } from './knowledge.ts';
import { summarize } from './summary.ts';
import { eventAt } from './testing.ts';

function play(id: string, ...edits: string[]): Trace {
  const scenario = scenarioNamed(id);
  if (scenario === undefined) throw new Error(`no scenario ${id}`);
  return runScenario(scenario, { edits });
}

const whats = (trace: Trace): string[] => trace.events.map((_, i) => explainEvent(trace, i, 'en').what);
const whys = (trace: Trace): string[] => trace.events.map((_, i) => explainEvent(trace, i, 'en').why ?? '');
const notes = (trace: Trace): string[] =>
  trace.events.flatMap((_, i) => [...explainEvent(trace, i, 'en').notes]);
const all = (trace: Trace): string =>
  trace.events.map((_, i) => JSON.stringify(explainEvent(trace, i, 'en'))).join('\n');
const arrivesAt = (end: string, discarded: string | null) => (e: TraceEvent) =>
  e.kind === 'arrived' && e.to === end && e.discarded === discarded;

test('a FIN that comes again to CLOSE-WAIT is no business of TIME-WAIT', () => {
  const again = 'The FIN has come again';
  expect(whys(play('finack-lost')).filter((why) => why.startsWith(again))).toEqual([
    `${again}: perhaps the ACK was lost. An ACK is not retransmitted, but every FIN that comes is answered.`,
  ]);
  expect(whys(play('lastack-lost')).filter((why) => why.startsWith(again))).toEqual([
    `${again}: perhaps the last ACK was lost. This is what TIME-WAIT is for, and its 2 MSL begin anew.`,
  ]);
});

test('a SYN that comes twice does not prove that the answer was lost', () => {
  const [why] = whys(play('hs', 'dup SYN#1')).filter((text) => text.startsWith('The same SYN'));
  expect(why).toContain('perhaps the client has not received the answer');
});

test('a host that answers SYN with SYN asks for nothing, and knows that the client can send', () => {
  const trace = play('split-hs');
  const syn = eventAt(trace, (e) => e.kind === 'sent' && e.from === 'right' && e.segment.flags === 'SYN');
  expect(explainEvent(trace, syn, 'en').what).toBe(
    'The server answers the SYN with a SYN of its own, without an ACK: seq = y.',
  );
  expect(knowledgeSentence(trace, syn, 'right', 'en')).toContain('knows that the client can send');
});

test('after its RST the client repeats the SYN at once: no timeout has passed', () => {
  const trace = play('stale-first');
  expect(whats(trace)).toContain('The client sends its SYN again at once, with the same number seq = x′.');
  expect(whys(trace).join('\n')).not.toContain('has not been acknowledged within RTO');
  expect(whys(trace).join('\n')).not.toContain('RTO doubled');
  expect(summarize(trace, 'en')).toContain(
    'A RST of the client ended the unfinished handshake at the server.',
  );
});

test('a forged RST teaches nothing of the peer', () => {
  const trace = play('blind-rst');
  const sentence = knowledgeSentence(trace, trace.events.length - 1, 'right', 'en');
  expect(sentence).toBe(
    'The server has believed a forged segment: what it takes for knowledge of the client need not be true.',
  );
  expect(notes(trace)).toContain(
    'The server cannot tell that it is forged, and takes it for a segment of the client.',
  );
  // The one that is challenged is not believed.
  const challenged = eventAt(trace, arrivesAt('right', 'rst-challenged'));
  expect(knowledgeSentence(trace, challenged, 'right', 'en')).toContain('knows that both can send');
});

test('a forged FIN: what follows is no keep-alive', () => {
  const trace = play('hs', 'inject left FIN,ACK seq=rcv.nxt ack=snd.nxt 25ms');
  expect(all(trace)).not.toContain('keep-alive');
});

test('a flood comes from addresses of its own; its SYNs are not of the client, nor is the server the one that asks', () => {
  const trace = play('synflood');
  expect(whats(trace)).toContain(
    'Somebody puts a forged SYN on the wire, seq = x, that claims to come from 10.0.0.66.',
  );
  expect(whats(trace)).toContain(
    'The server acknowledges the SYN (ack = x+1) and sends its own in the same segment, seq = y.',
  );
  expect(whats(trace)).toContain('SYN,ACK from the server is lost: nobody will ever see it.');
  expect(summarize(trace, 'en', 1)).toMatch(/^A forged SYN asked the server for a connection/);
});

test('a copy that is put on the wire again is old, not forged', () => {
  const trace = play('close4', 'repeat left#1 500ms');
  const texts = whats(trace).join('\n');
  expect(texts).toContain('A copy of the SYN that the client sent before, seq = x, is put on the wire');
  expect(texts).not.toContain('forged');
});

test('an ACK that the full accept queue drops is not repeated by the client', () => {
  const [why] = whys(play('acceptq-ack')).filter((text) => text.startsWith('The accept queue has no room'));
  expect(why).toContain('will repeat its SYN,ACK');
});

test('a SYN in SYN-RECEIVED takes the server back to LISTEN, without a challenge ACK', () => {
  const trace = play('synack-lost', 'inject right SYN seq=rcv.nxt+9 25ms');
  expect(whys(trace).join('\n')).not.toContain('challenge ACK');
  expect(whys(trace).join('\n')).toContain('back to LISTEN');
});

test('text that comes twice is told by D-SACK, which names no hole', () => {
  const trace = play('ack3-data', 'dup data#1');
  expect(notes(trace)).toContain('D-SACK: the octets [x+1, x+6) have arrived twice (RFC 2883).');
  expect(notes(trace).join('\n')).not.toContain('beyond the hole');
});

test('a FIN beyond a hole is remembered', () => {
  const trace = play('ooo-fin');
  const fin = eventAt(trace, (e) => e.kind === 'arrived' && e.to === 'right', 3);
  expect(explainEvent(trace, fin, 'en')).toMatchObject({
    what: 'FIN,ACK from the client arrives at the server. The FIN lies beyond a hole at x+1: it is remembered, and counts only when the hole is filled.',
    section: '3.10.7.4 eighth',
  });
});

test('close() with text unread: a RST, not a FIN', () => {
  const trace = play('unread-rst');
  const close = eventAt(trace, (e) => e.kind === 'call' && e.call === 'close');
  expect(explainEvent(trace, close, 'en').why).toContain('a RST tells the client so, instead of a FIN');
});

test('ABORT in SYN-SENT sends nothing', () => {
  const trace = play('syn-lost', 'left abort 25ms');
  const abort = eventAt(trace, (e) => e.kind === 'call' && e.call === 'abort');
  expect(explainEvent(trace, abort, 'en').why).toBe('ABORT deletes the TCB; in SYN-SENT no RST is sent.');
});

test('a crash leaves a half-open connection only where there was one', () => {
  const crash = (trace: Trace): string =>
    explainEvent(
      trace,
      eventAt(trace, (e) => e.kind === 'fault'),
      'en',
    ).why ?? '';
  expect(crash(play('hs', 'left crash 500ms'))).toContain('half-open');
  expect(crash(play('syn-lost', 'left crash 500ms'))).toContain('had no connection');
  expect(crash(play('syn-lost', 'right crash 500ms'))).toContain('retransmission timer goes on');
});

test('a write before there is a connection does not fail because a direction has ended', () => {
  const trace = play('hs', 'right write 100 25ms');
  const error = eventAt(trace, (e) => e.kind === 'call' && e.call === 'error');
  expect(explainEvent(trace, error, 'en').why).toBe(
    'The program has no open connection yet on which it could send.',
  );
});

test('while a SYN cookie is out nobody calls the connection half-open', () => {
  const trace = play('synflood-cookies');
  const open = eventAt(trace, (e) => e.connection === 0 && e.states.left === 'ESTABLISHED');
  expect(trace.events[open]?.states.right).toBe('LISTEN');
  expect(beliefs(trace, open, 'en').halfOpen).toBe(false);
  expect(notes(trace).join('\n')).not.toContain('half-open');
});

test('two segments of one kind on their way are counted', () => {
  const trace = play('synack-lost');
  const texts = trace.events.map((_, i) => beliefs(trace, i, 'en').resolution ?? '');
  expect(texts.join('\n')).toContain('2 × SYN,ACK are on their way to the client.');
});

describe('a TCP without a rule', () => {
  test('opens on the SYN alone: no ACK is said to have come', () => {
    const trace = play('two-way');
    const opened = eventAt(trace, (e) => e.kind === 'change' && e.states.right === 'ESTABLISHED');
    expect(explainEvent(trace, opened, 'en').why).toContain('does not wait for an ACK of its SYN');
  });

  test('waits for less than 2 MSL', () => {
    expect(whats(play('tw-1msl'))).toContain('The client will wait 2 s, where 2 MSL are 4 s.');
    expect(whats(play('no-tw'))).toContain('The client does not wait: this TCP keeps no TIME-WAIT.');
    expect(summarize(play('no-tw'), 'en')).not.toContain('waited');
  });

  test('takes the same number again: a new SYN all the same, and nothing is known yet', () => {
    const trace = play('fixed-isn');
    const syn = eventAt(trace, (e) => e.kind === 'sent' && e.from === 'left' && e.segment.flags === 'SYN', 2);
    expect(trace.events[syn]).toMatchObject({ retransmission: false });
    expect(explainEvent(trace, syn, 'en').what).toMatch(/^The client asks for a connection/);
    expect(knowledgeSentence(trace, syn, 'left', 'en')).toContain('knows nothing of the server yet');
    const answer = eventAt(trace, (e) => e.kind === 'sent' && e.segment.flags === 'SYN,ACK', 2);
    expect(trace.events[answer]).toMatchObject({ retransmission: false });
  });
});
