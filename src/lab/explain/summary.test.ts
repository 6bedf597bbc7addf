import { describe, expect, test } from 'vitest';
import { handMade } from '../ladder/testing.ts';
import { summarize } from './summary.ts';
import { CONNECT, run } from './testing.ts';

const FOUR = [
  { when: 100, do: 'shutdown', end: 'left' },
  { when: { end: 'right', sees: 'eof', after: 200 }, do: 'close', end: 'right' },
] as const;

describe('the story of a connection', () => {
  test('opened, carried, closed in four segments, waited', () => {
    const trace = run([CONNECT, { when: 50, do: 'write', end: 'left', what: 'hello' }, ...FOUR]);
    expect(summarize(trace, 'en')).toBe(
      'The client opened the connection with the server in 3 segments, 30 ms. ' +
        '5 octets went from the client to the server. ' +
        'The client closed first; each direction was ended by a FIN of its own and an ACK of its own: 4 segments. ' +
        'The client waited in TIME-WAIT for 60 s. At the end both are CLOSED.',
    );
    expect(summarize(trace, 'zh')).toBe(
      '客户端与服务器建立了连接：3 个报文段，30 毫秒。客户端向服务器传送了 5 个字节。' +
        '客户端先关闭；两个方向各用一个 FIN 和一个 ACK 结束：4 个报文段。' +
        '客户端在 TIME-WAIT 等待了 60 秒。最后，双方都处于 CLOSED。',
    );
  });

  test('an ACK and a FIN together: three segments', () => {
    const trace = run([
      CONNECT,
      { when: 100, do: 'close', end: 'left' },
      { when: { end: 'right', sees: 'eof' }, do: 'close', end: 'right' },
    ]);
    expect(summarize(trace, 'en')).toContain(
      'the server put its ACK and its FIN into one segment: 3 segments.',
    );
  });

  test('octets that are sent twice are carried once; what was lost and what repaired it is told', () => {
    const trace = run(
      [CONNECT, { when: 100, do: 'write', end: 'left', what: 8000 }],
      ['drop any#4 left->right'],
    );
    const story = summarize(trace, 'en');
    expect(story).toContain('8000 octets went from the client to the server.');
    expect(story).toContain('1 lost: ACK. Repaired by a fast retransmission after duplicate ACKs.');
  });

  test('a lost SYN: the timer', () => {
    const story = summarize(run([CONNECT], ['drop SYN#1 left->right']), 'en');
    expect(story).toContain('in 1.03 s, with 4 segments, 1 of them retransmitted.');
    expect(story).toContain('1 lost: SYN. Repaired by the retransmission timer.');
  });

  test('a lost third segment, repaired by the text that follows', () => {
    const trace = run(
      [CONNECT, { when: 50, do: 'write', end: 'left', what: 'hi' }],
      ['drop ACK#1 left->right'],
    );
    expect(summarize(trace, 'en')).toContain('Repaired by later segments, whose ACK says as much.');
  });

  test('what never arrives is not repaired, and not carried', () => {
    const trace = run(
      [CONNECT, { when: 100, do: 'write', end: 'left', what: 'gone' }],
      ['drop any left->right'],
      {
        untilMs: 10_000,
      },
    );
    const story = summarize(trace, 'en');
    expect(story).toContain('4 × SYN. Nothing repaired it.');
    expect(story).not.toContain('octets went');
  });

  test('a forged RST is not the RST of the peer', () => {
    const trace = run([
      CONNECT,
      { when: 100, do: 'inject', to: 'right', segment: { flags: 'RST', seq: 'rcv.nxt' } },
    ]);
    expect(summarize(trace, 'en')).toContain('A forged RST ended the connection at the server.');
    expect(summarize(trace, 'zh')).toContain('一个伪造的 RST 结束了服务器的连接。');
  });

  test('refused', () => {
    expect(summarize(run([CONNECT], [], { setup: { listen: null } }), 'en')).toMatch(
      /^The client asked for a connection, and the server refused it with a RST\./,
    );
  });

  test('both open at once, both close at once', () => {
    const trace = run([
      CONNECT,
      { when: 0, do: 'connect', end: 'right' },
      { when: 100, do: 'close', end: 'left' },
      { when: 100, do: 'close', end: 'right' },
    ]);
    const story = summarize(trace, 'en');
    expect(story).toContain('Both ends opened at once (simultaneous open), in 4 segments, 20 ms.');
    expect(story).toContain('Both closed at once (simultaneous close).');
  });

  test('half-closed is how it ends when the other end does not close', () => {
    const trace = run([CONNECT, { when: 100, do: 'shutdown', end: 'left' }]);
    expect(summarize(trace, 'en')).toContain(
      'the connection is half-closed. At the end the client is FIN-WAIT-2 and the server CLOSE-WAIT.',
    );
  });

  test('a crash, and the RST that tells the other end', () => {
    const trace = run([
      CONNECT,
      { when: 100, do: 'crash', end: 'right' },
      { when: 200, do: 'reboot', end: 'right' },
      { when: 300, do: 'write', end: 'left', what: 'hello' },
    ]);
    const story = summarize(trace, 'en');
    expect(story).toContain('The server crashed and forgot the connection.');
    expect(story).toContain('A RST of the server ended the connection at the client.');
  });

  test('a trace of a kernel, without TCBs and rules, has a story as well', () => {
    for (const lang of ['en', 'zh'] as const)
      expect(summarize(handMade(), lang)).not.toMatch(/[{}]|undefined/);
    expect(summarize(handMade(), 'en')).toContain('synfin opened the connection with Linux 6.18');
  });

  test('nothing happened', () => {
    expect(summarize(run([]), 'en')).toBe('Nothing happened.');
  });
});
