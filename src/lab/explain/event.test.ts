import { describe, expect, test } from 'vitest';
import { handMade } from '../ladder/testing.ts';
import { explainEvent } from './event.ts';
import { CONNECT, entering, eventAt, run, sending } from './testing.ts';

const CLOSE_BOTH = [
  { when: 100, do: 'shutdown', end: 'left' },
  { when: { end: 'right', sees: 'eof', after: 200 }, do: 'close', end: 'right' },
] as const;

describe('the three segments of a handshake', () => {
  const trace = run([CONNECT]);
  const first = sending(trace, 'left', 'SYN');
  const second = sending(trace, 'right', 'SYN,ACK');
  const third = sending(trace, 'left', 'ACK');

  test('the SYN occupies one number: the answer must say x+1', () => {
    const { what, why, section } = explainEvent(trace, first, 'en');
    expect(what).toBe(
      'The client asks for a connection: SYN with its initial sequence number, seq = x. The client goes from CLOSED to SYN-SENT.',
    );
    expect(why).toContain('the answer must say ack = x+1');
    expect(section).toBe('3.10.1');
    const chinese = explainEvent(trace, first, 'zh');
    expect(chinese.what).toBe('客户端请求建立连接：SYN，初始序列号 seq = x。客户端由 CLOSED 变为 SYN-SENT。');
    expect(chinese.why).toBe('SYN 占用一个序列号，这样才能被确认：应答必须带 ack = x+1。');
  });

  test('the second acknowledges x+1 and brings y', () => {
    expect(explainEvent(trace, second, 'en').what).toBe(
      'The server acknowledges the SYN (ack = x+1) and sends its own in the same segment, seq = y.',
    );
  });

  test('the third acknowledges y+1 and occupies nothing', () => {
    const { what, why } = explainEvent(trace, third, 'en');
    expect(what).toContain(
      'ack = y+1; an ACK alone occupies no number, so seq = x+1 is also that of the first octet',
    );
    expect(why).toContain('we would wind up ACKing ACKs');
  });

  test('the arrival tells the row that fired, its section, and what it means for the queue', () => {
    const { why, section, notes } = explainEvent(trace, entering(trace, 'right', 'SYN-RECEIVED'), 'zh');
    expect(why).toContain('RCV.NXT = SEG.SEQ+1');
    expect(section).toBe('3.10.7.2');
    expect(notes).toContain('这条连接在半连接队列（SYN queue）中：握手尚未完成。');
  });
});

describe('what is lost', () => {
  test('the SYN: nobody is told, the timer repeats it with the same number', () => {
    const trace = run([CONNECT], ['drop SYN#1 left->right']);
    const lost = eventAt(trace, (event) => event.kind === 'lost');
    expect(explainEvent(trace, lost, 'en')).toMatchObject({
      what: 'SYN from the client is lost: the server will never see it.',
      knows: { right: null },
    });
    const again = explainEvent(trace, sending(trace, 'left', 'SYN', 2), 'en');
    expect(again.what).toBe('The client sends its SYN again, with the same number seq = x.');
    expect(again.section).toBe('3.8.1, RFC 6298 5.4');
  });

  test('the back-off: RTO is doubled', () => {
    const trace = run([CONNECT], ['drop SYN#1 left->right']);
    const set = eventAt(trace, (e) => e.kind === 'timer' && e.timer === 'rexmt' && e.what === 'set', 2);
    expect(explainEvent(trace, set, 'en')).toMatchObject({
      what: 'The client sets the retransmission timer: 2 s.',
      why: 'RTO is doubled after each timeout (back-off): 1 in a row.',
    });
  });

  test('the third segment: the server repeats its SYN,ACK, the client says where it stands', () => {
    const trace = run([CONNECT], ['drop ACK#1 left->right']);
    expect(explainEvent(trace, sending(trace, 'right', 'SYN,ACK', 2), 'en').why).toBe(
      'Its SYN has not been acknowledged within RTO: either the SYN,ACK was lost or the ACK that answered it.',
    );
    expect(explainEvent(trace, sending(trace, 'left', 'ACK', 2), 'en').what).toBe(
      'The client answers with where it stands: seq = x+1, ack = y+1.',
    );
  });

  test('text in the middle: duplicate ACKs, SACK, a fast retransmission', () => {
    const trace = run(
      [CONNECT, { when: 100, do: 'write', end: 'left', what: 8000 }],
      ['drop any#4 left->right'],
    );
    const duplicate = explainEvent(trace, sending(trace, 'right', 'ACK', 2), 'en');
    expect(duplicate.what).toBe('The server repeats ack = x+1449: a duplicate ACK.');
    expect(duplicate.notes).toContain('SACK: the octets [x+2897, x+4345) have arrived beyond the hole.');
    const kept = eventAt(trace, (e) => e.kind === 'arrived' && e.to === 'right' && e.id === 6);
    expect(explainEvent(trace, kept, 'en').what).toBe(
      'ACK (1448 octets) from the client arrives at the server. Its text lies beyond a hole at x+1449 and is kept until the hole is filled.',
    );
    const again = eventAt(trace, (e) => e.kind === 'sent' && e.retransmission);
    expect(explainEvent(trace, again, 'en').what).toBe(
      'The client sends 1448 octets again, seq = x+1449, without waiting for the timer.',
    );
  });
});

describe('closing', () => {
  const trace = run([CONNECT, ...CLOSE_BOTH]);

  test('the FIN occupies one number, and its ACK is no agreement', () => {
    expect(explainEvent(trace, sending(trace, 'left', 'FIN,ACK'), 'en').what).toContain('FIN, seq = x+1.');
    const ack = explainEvent(trace, sending(trace, 'right', 'ACK'), 'en');
    expect(ack.what).toBe('The server acknowledges the FIN of the client: ack = x+2.');
    expect(ack.why).toContain('it does not say that the server agrees');
  });

  test('half-closed is told when it begins, and is not half-open', () => {
    const { notes } = explainEvent(trace, entering(trace, 'left', 'FIN-WAIT-2'), 'en');
    expect(notes[0]).toContain('half-closed (半关闭)');
    expect(notes.join()).not.toContain('half-open');
  });

  test('TIME-WAIT: 2 MSL = 2 × 30 s, and why', () => {
    const set = eventAt(trace, (e) => e.kind === 'timer' && e.timer === '2msl');
    expect(explainEvent(trace, set, 'zh').what).toBe('客户端将等待 2MSL = 2 × 30 秒 = 60 秒。');
    expect(explainEvent(trace, trace.events.length - 1, 'en').why).toContain('2 MSL have passed');
  });

  test('an ACK and a FIN in one segment: three instead of four', () => {
    const three = run([
      CONNECT,
      { when: 100, do: 'close', end: 'left' },
      { when: { end: 'right', sees: 'eof' }, do: 'close', end: 'right' },
    ]);
    expect(explainEvent(three, sending(three, 'right', 'FIN,ACK'), 'en').what).toContain(
      'The server acknowledges the FIN of the client (ack = x+2) and sends its own in the same segment, seq = y+1.',
    );
  });

  test('the last ACK is lost: TIME-WAIT acknowledges the FIN again', () => {
    const lost = run([CONNECT, ...CLOSE_BOTH], ['drop ACK#2 left->right']);
    const again = explainEvent(lost, sending(lost, 'left', 'ACK', 3), 'en');
    expect(again.what).toBe('The client acknowledges the FIN of the server once more: ack = y+2.');
    expect(again.why).toContain('This is what TIME-WAIT is for');
  });

  test('both at once: CLOSING', () => {
    const both = run([
      CONNECT,
      { when: 100, do: 'close', end: 'left' },
      { when: 100, do: 'close', end: 'right' },
    ]);
    expect(explainEvent(both, entering(both, 'left', 'CLOSING'), 'en').why).toBe(
      'A FIN arrives while the FIN of the client is not acknowledged: a simultaneous close, so CLOSING.',
    );
  });
});

test('both open at once: the SYN is repeated with an acknowledgment', () => {
  const trace = run([CONNECT, { when: 0, do: 'connect', end: 'right' }]);
  expect(explainEvent(trace, sending(trace, 'left', 'SYN,ACK'), 'en').what).toBe(
    'The client, which has sent a SYN itself, repeats it with an acknowledgment: seq = x, ack = y+1.',
  );
});

describe('RST', () => {
  test('refused: the SYN had no ACK, so seq is 0 and the ACK tells what is refused', () => {
    const trace = run([CONNECT], [], { setup: { listen: null } });
    const arrived = eventAt(trace, (e) => e.kind === 'arrived' && e.to === 'right');
    expect(explainEvent(trace, arrived, 'en').why).toBe(
      'There is no such connection: CLOSED discards the segment and answers with a RST.',
    );
    const rst = explainEvent(trace, sending(trace, 'right', 'RST,ACK'), 'en');
    expect(rst.what).toBe('The server answers with RST,ACK: seq = 0, ack = SEG.SEQ+SEG.LEN = x+1.');
    expect(rst.section).toBe('3.10.7.1');
  });

  test('after a crash: half-open until a segment finds nobody; the RST takes seq from SEG.ACK', () => {
    const trace = run([
      CONNECT,
      { when: 100, do: 'crash', end: 'right' },
      { when: 200, do: 'reboot', end: 'right' },
      { when: 300, do: 'write', end: 'left', what: 'hello' },
    ]);
    const crash = explainEvent(
      trace,
      eventAt(trace, (e) => e.kind === 'fault'),
      'en',
    );
    expect(crash.what).toContain('The server crashes and forgets everything.');
    expect(crash.notes.join()).toContain('half-open (半打开)');
    expect(explainEvent(trace, sending(trace, 'right', 'RST'), 'en').what).toBe(
      'The server answers with a RST at seq = SEG.ACK = y+1, without ACK.',
    );
    const error = eventAt(trace, (e) => e.kind === 'call' && e.call === 'error');
    expect(explainEvent(trace, error, 'en').why).toBe('A RST has ended the connection: "connection reset".');
  });

  test('a guessed RST in the window is challenged', () => {
    const trace = run([
      CONNECT,
      { when: 100, do: 'inject', to: 'right', segment: { flags: 'RST', seq: 'rcv.nxt+5' } },
    ]);
    const forged = eventAt(trace, (e) => e.kind === 'sent' && e.injected === true);
    expect(explainEvent(trace, forged, 'en').what).toBe(
      'Somebody puts a forged RST on the wire, seq = x+6, that claims to come from the client.',
    );
    const arrived = eventAt(trace, (e) => e.kind === 'arrived' && e.discarded === 'rst-challenged');
    expect(explainEvent(trace, arrived, 'en')).toMatchObject({
      what: 'The forged RST arrives at the server, which discards it.',
      section: '3.10.7.4 second, RFC 5961 3',
    });
    expect(explainEvent(trace, sending(trace, 'right', 'ACK'), 'zh').what).toBe(
      '服务器发出挑战 ACK：seq = y+1，ack = x+1。',
    );
  });

  test('closed with text unread: a RST instead of a FIN', () => {
    const trace = run(
      [
        CONNECT,
        { when: 100, do: 'write', end: 'left', what: 'unread' },
        { when: 200, do: 'close', end: 'right' },
      ],
      [],
      { setup: { right: { reads: 'none' } } },
    );
    expect(explainEvent(trace, sending(trace, 'right', 'RST,ACK'), 'en').why).toBe(
      'The program closed without having read everything: a FIN would pretend that nothing was lost.',
    );
  });
});

test('a second incarnation has its own numbers: x′, and an ACK of the old SYN cannot be taken for one of the new', () => {
  const trace = run(
    [CONNECT, { when: 50, do: 'close', end: 'left' }, { when: 80, do: 'connect', end: 'left' }],
    ['delay SYN#1 left->right 100ms', 'drop SYN#2 left->right'],
  );
  const said = trace.events.map((_, index) => explainEvent(trace, index, 'en').what).join('\n');
  expect(said).toContain('SYN with its initial sequence number, seq = x′.');
  expect(said).toContain('The server acknowledges the SYN (ack = x+1)');
  expect(said).toContain('The client answers with a RST at seq = SEG.ACK = x+1, without ACK.');
  expect(said).toContain('The server acknowledges the SYN (ack = x′+1)');
});

test('CLOSE before there is a connection has no FIN to send', () => {
  const trace = run([CONNECT, { when: 5, do: 'close', end: 'left' }]);
  const close = eventAt(trace, (e) => e.kind === 'call' && e.call === 'close');
  expect(explainEvent(trace, close, 'en').why).toBe(
    'There is no connection that a FIN could end: the TCB is only deleted.',
  );
});

test('a SYN into TIME-WAIT that is not newer does not reopen it', () => {
  const trace = run([
    CONNECT,
    { when: 50, do: 'close', end: 'right' },
    { when: { end: 'left', sees: 'eof' }, do: 'close', end: 'left' },
    { when: 1000, do: 'inject', to: 'right', segment: { flags: 'SYN', seq: 'irs' } },
  ]);
  const arrived = eventAt(trace, (e) => e.kind === 'arrived' && e.discarded === 'time-wait');
  expect(explainEvent(trace, arrived, 'en').why).toContain('this one could be an old duplicate');
});

test('a closed window: it is told, probed, and the probe answered', () => {
  const trace = run(
    [CONNECT, { when: 100, do: 'write', end: 'left', what: 8000 }, { when: 3000, do: 'read', end: 'right' }],
    [],
    { setup: { right: { reads: 'none', tcp: { receiveBuffer: 4000 } } }, untilMs: 5000 },
  );
  const said = trace.events.map((_, index) => explainEvent(trace, index, 'en'));
  const whats = said.map(({ what }) => what);
  expect(said.flatMap(({ notes }) => notes)).toContain('Window 0: the client must stop sending text.');
  expect(whats).toContain('The client probes the closed window of the server with 1 octet, seq = x+4001.');
  expect(whats).toContain('The server answers the probe: ack = x+4001, and the window is still closed.');
  expect(whats.join()).toContain('beginning with the octet of its probe');
  expect(whats.join()).toContain('The server opens its window: ack = x+4001 as before');
});

test('a keep-alive probe is one below SND.NXT, and is answered', () => {
  const tcp = { keepAliveIdleMs: 1000, keepAliveIntervalMs: 500 };
  const trace = run([CONNECT, { when: 100, do: 'keepalive', end: 'left' }], [], {
    setup: { tcp },
    untilMs: 1500,
  });
  expect(explainEvent(trace, sending(trace, 'left', 'ACK', 2), 'en').what).toContain(
    'keep-alive probe: seq = x is one below',
  );
  expect(explainEvent(trace, sending(trace, 'right', 'ACK'), 'en').what).toBe(
    'The server answers the keep-alive probe: ack = x+1.',
  );
});

test('an end that is only observed: its state is told, its rule is not', () => {
  const trace = handMade();
  const { what, why, section } = explainEvent(trace, entering(trace, 'right', 'SYN-RECEIVED'), 'en');
  expect(what).toContain('Linux 6.18 goes from LISTEN to SYN-RECEIVED');
  expect(why).toBe('This end is only observed: its state is known, its rule is not.');
  expect(section).toBeNull();
});

test('there is no event beyond the last', () => {
  const trace = run([CONNECT]);
  expect(() => explainEvent(trace, trace.events.length, 'en')).toThrow(RangeError);
  expect(() => explainEvent(trace, -1, 'en')).toThrow(RangeError);
});

test('whatever happens is said in both languages, with nothing left to fill in', () => {
  const busy = run(
    [CONNECT, { when: 100, do: 'write', end: 'left', what: 20_000 }, ...CLOSE_BOTH.map((s) => ({ ...s }))],
    [
      'drop any#3 left->right',
      'dup any#5 left->right',
      'corrupt any#7 left->right',
      'drop any#2 right->left',
    ],
  );
  for (const trace of [busy, handMade()]) {
    for (const index of trace.events.keys()) {
      for (const lang of ['en', 'zh'] as const) {
        const { what, why, knows, notes } = explainEvent(trace, index, lang);
        const all = [what, why, knows.left, knows.right, ...notes].join(' ');
        expect(what).not.toBe('');
        expect(all).not.toMatch(/[{}]|undefined|NaN/);
      }
    }
  }
});
