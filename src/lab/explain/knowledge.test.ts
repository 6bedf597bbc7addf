import { describe, expect, test } from 'vitest';
import type { Trace } from '../trace.ts';
import { explainEvent } from './event.ts';
import { type FactName, type Knowledge, knowledge, knowledgeSentence } from './knowledge.ts';
import { CONNECT, entering, eventAt, run, sending } from './testing.ts';

/** The facts that an end has verified, in order. */
function verified(known: Knowledge): FactName[] {
  return (Object.keys(known) as FactName[]).filter((name) => known[name].verified);
}

const RECEIVED: FactName[] = ['iCanReceive', 'peerCanSend', 'knowsPeerIss'];
const BOTH: FactName[] = [
  'iCanSend',
  'iCanReceive',
  'peerCanSend',
  'peerCanReceive',
  'knowsPeerIss',
  'peerKnowsMyIss',
];

describe('the handshake: who has verified whose sending and receiving', () => {
  const trace = run([CONNECT, { when: 100, do: 'write', end: 'left', what: 'hello' }]);
  const at = (index: number) => knowledge(trace, index);

  test('before anything nobody knows anything', () => {
    expect(verified(at(-1).left)).toEqual([]);
    expect(verified(at(-1).right)).toEqual([]);
  });

  test('sending a SYN teaches the client nothing (claim 8)', () => {
    const { left } = at(sending(trace, 'left', 'SYN'));
    expect(verified(left)).toEqual([]);
    expect(left.iCanSend).toEqual({ verified: false, by: null });
  });

  test('the arriving SYN teaches the server that the client can send, and that it can receive (claim 24)', () => {
    const arrival = entering(trace, 'right', 'SYN-RECEIVED');
    expect(verified(at(arrival).right)).toEqual(RECEIVED);
    expect(at(arrival).right.peerCanSend.by).toBe(arrival);
    expect(verified(at(arrival).left)).toEqual([]);
  });

  test('sending the SYN,ACK teaches the server nothing (claim 26)', () => {
    expect(verified(at(sending(trace, 'right', 'SYN,ACK')).right)).toEqual(RECEIVED);
  });

  test('the arriving SYN,ACK teaches the client everything but that its ACK arrives (claim 25)', () => {
    const { left, right } = at(entering(trace, 'left', 'ESTABLISHED'));
    expect(verified(left)).toEqual([...BOTH, 'peerHasEverything']);
    expect(verified(right)).toEqual(RECEIVED);
  });

  test('the arriving third segment teaches the server the rest; the client does not learn that (claim 27)', () => {
    const { left, right } = at(entering(trace, 'right', 'ESTABLISHED'));
    expect(verified(right)).toEqual([...BOTH, 'knowsPeerKnows', 'peerHasEverything']);
    expect(left.knowsPeerKnows.verified).toBe(false);
  });

  test('only a segment of the server that is not its SYN tells the client that its ACK arrived', () => {
    const answer = eventAt(trace, (e) => e.kind === 'arrived' && e.to === 'left', 2);
    expect(at(answer - 1).left.knowsPeerKnows.verified).toBe(false);
    expect(at(answer).left.knowsPeerKnows).toEqual({ verified: true, by: answer });
  });

  test('written octets are not with the peer until they are acknowledged', () => {
    const sent = sending(trace, 'left', 'PSH,ACK');
    expect(at(sent).left.peerHasEverything.verified).toBe(false);
    expect(at(trace.events.length - 1).left.peerHasEverything.verified).toBe(true);
  });

  test('the same in a sentence for each side', () => {
    const say = (index: number, end: 'left' | 'right') => knowledgeSentence(trace, index, end, 'en');
    expect(say(sending(trace, 'left', 'SYN'), 'left')).toBe(
      'The client knows nothing of the server yet: a segment that was sent proves nothing before something comes back.',
    );
    expect(say(entering(trace, 'right', 'SYN-RECEIVED'), 'right')).toBe(
      'The server knows that the client can send and that it can itself receive; it does not know yet whether the client can receive.',
    );
    expect(knowledgeSentence(trace, entering(trace, 'right', 'SYN-RECEIVED'), 'right', 'zh')).toBe(
      '服务器知道客户端能发送、自己能接收；还不知道客户端能不能接收。',
    );
    expect(say(entering(trace, 'left', 'ESTABLISHED'), 'left')).toContain(
      'it cannot know whether its ACK has arrived',
    );
    expect(say(sending(trace, 'left', 'PSH,ACK'), 'left')).toContain(
      'lacks the acknowledgment of 5 octets of its text',
    );
  });
});

test('the third segment is lost: the client believes, the server still knows only half', () => {
  const trace = run([CONNECT], ['drop ACK left->right'], { untilMs: 5000 });
  const { left, right } = knowledge(trace, trace.events.length - 1);
  expect(verified(left)).toEqual([...BOTH, 'peerHasEverything']);
  expect(verified(right)).toEqual(RECEIVED);
});

test('a simultaneous open: each learns with the SYN,ACK what the other has', () => {
  const trace = run([CONNECT, { when: 0, do: 'connect', end: 'right' }]);
  const crossed = entering(trace, 'left', 'SYN-RECEIVED');
  expect(verified(knowledge(trace, crossed).left)).toEqual(RECEIVED);
  const open = knowledge(trace, entering(trace, 'left', 'ESTABLISHED'));
  expect(verified(open.left)).toEqual([...BOTH, 'peerHasEverything']);
});

describe('closing', () => {
  const steps = [
    CONNECT,
    { when: 100, do: 'shutdown', end: 'left' },
    { when: { end: 'right', sees: 'eof', after: 200 }, do: 'close', end: 'right' },
  ] as const;
  const trace: Trace = run(steps);

  test('a FIN proves nothing to its sender before it is acknowledged', () => {
    const sent = sending(trace, 'left', 'FIN,ACK');
    expect(knowledge(trace, sent).left.myFinAcknowledged.verified).toBe(false);
    const acked = entering(trace, 'left', 'FIN-WAIT-2');
    expect(knowledge(trace, acked).left.myFinAcknowledged).toEqual({ verified: true, by: acked });
    expect(knowledge(trace, acked).left.peerHasClosed.verified).toBe(false);
  });

  test('the receiver of a FIN knows that the peer has closed', () => {
    const arrived = entering(trace, 'right', 'CLOSE-WAIT');
    expect(knowledge(trace, arrived).right.peerHasClosed).toEqual({ verified: true, by: arrived });
  });

  test('whoever sends the last ACK never learns that it arrived; whoever waits for it knows everything', () => {
    const last = trace.events.length - 1;
    expect(knowledgeSentence(trace, last, 'left', 'en')).toContain(
      'does not prove that the last ACK has arrived',
    );
    expect(knowledgeSentence(trace, last, 'right', 'en')).toBe(
      'The server knows that both directions are ended and everything has arrived.',
    );
  });

  test('with the last ACK lost for ever the sender in TIME-WAIT knows no less than with it', () => {
    const cut = run(steps, ['drop ACK left->right']);
    const waits = entering(cut, 'left', 'TIME-WAIT');
    expect(verified(knowledge(cut, waits).left)).toEqual(
      verified(knowledge(trace, entering(trace, 'left', 'TIME-WAIT')).left),
    );
  });
});

test('what is damaged, forged or old teaches nothing', () => {
  const damaged = run([CONNECT], ['corrupt SYN#1 left->right'], { untilMs: 500 });
  expect(verified(knowledge(damaged, damaged.events.length - 1).right)).toEqual([]);
  const forged = run(
    [CONNECT, { when: 15, do: 'inject', to: 'right', segment: { flags: 'ACK', ack: 'snd.nxt+77' } }],
    ['drop ACK left->right'],
    { untilMs: 100 },
  );
  expect(knowledge(forged, forged.events.length - 1).right.iCanSend.verified).toBe(false);
});

test('a crash forgets everything; a RST is believed where it ends something', () => {
  const trace = run([
    CONNECT,
    { when: 100, do: 'crash', end: 'right' },
    { when: 200, do: 'reboot', end: 'right' },
    { when: 300, do: 'write', end: 'left', what: 'hello' },
  ]);
  const crash = eventAt(trace, (e) => e.kind === 'fault');
  expect(verified(knowledge(trace, crash).right)).toEqual([]);
  expect(knowledge(trace, crash).left.iCanSend.verified).toBe(true);
  expect(knowledgeSentence(trace, crash, 'right', 'en')).toBe(
    'The server knows nothing of any connection any more.',
  );
  const last = knowledge(trace, trace.events.length - 1);
  expect(last.left.wasReset.verified).toBe(true);
  expect(last.right.wasReset.verified).toBe(false);
});

test('a listener that answers with a cookie keeps nothing; the ACK that returns it teaches everything at once', () => {
  const trace = run(
    [
      { when: 0, do: 'connect', end: 'left', connection: 1 },
      { when: 50, do: 'connect', end: 'left' },
    ],
    ['drop ACK#1 left->right'],
    { setup: { listen: { synBacklog: 1, synCookies: true } }, untilMs: 200 },
  );
  const cookie = eventAt(trace, (e) => e.kind === 'sent' && e.from === 'right' && e.connection === 0);
  expect(explainEvent(trace, cookie, 'en').what).toContain('answers with a SYN cookie');
  expect(verified(knowledge(trace, cookie).right)).toEqual([]);
  const back = eventAt(
    trace,
    (e) => e.connection === 0 && e.changes.some(({ rule }) => rule === 'listen-cookie'),
  );
  expect(verified(knowledge(trace, back).right)).toEqual([...BOTH, 'knowsPeerKnows', 'peerHasEverything']);
  expect(explainEvent(trace, back, 'en').why).toContain('The ACK returns a valid SYN cookie');
});
