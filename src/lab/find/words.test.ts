import { describe, expect, test } from 'vitest';
import { tokensOf } from './lexicon.ts';
import { Spelling } from './spelling.ts';
import { stem } from './units.ts';

describe('the words of English lose their endings', () => {
  test.each([
    ['lost', 'lost'],
    ['drops', 'drop'],
    ['dropped', 'drop'],
    ['closing', 'clos'],
    ['closes', 'clos'],
    ['close', 'clos'],
    ['queries', 'query'],
    ['reset', 'reset'],
    ['status', 'status'],
    ['2msl', '2msl'],
    ['string', 'string'],
  ])('%s: %s', (word, stemmed) => {
    expect(stem(word)).toBe(stemmed);
  });
});

describe('all spellings of one thing become the same tokens', () => {
  test.each([
    ['SYN-RECEIVED', 'SYN_RCVD', 'SYN_RECV', 'syn rcvd', 'synrcvd'],
    ['TIME-WAIT', 'TIME_WAIT', 'timewait', 'Time Wait', 'ＴＩＭＥ_ＷＡＩＴ'],
    ['SYN,ACK', 'SYN-ACK', 'SYNACK', 'syn+ack', 'SYN/ACK', '第二次握手'],
    ['three-way handshake', '3-way handshake', '3 way handshake', '三次握手'],
    ['connection reset by peer', 'ECONNRESET', '连接被重置'],
    ['net.ipv4.tcp_tw_reuse', 'tcp_tw_reuse', 'tw_reuse'],
    ['sticky packets', '粘包', '黏包'],
  ])('%s', (first, ...others) => {
    const known = tokensOf(first).filter((token) => token !== 'net' && token !== 'ipv4');
    for (const other of others) expect(known, other).toEqual(expect.arrayContaining(tokensOf(other)));
  });

  test('the longest spelling counts: the last ACK is not LAST-ACK', () => {
    expect(tokensOf('LAST_ACK state')).not.toEqual(tokensOf('the last ACK'));
  });
});

test('Chinese that is no known word is cut into pairs of characters; fullwidth letters are letters', () => {
  expect(tokensOf('葡萄酒 ＸＹＺ')).toEqual(['葡萄', '萄酒', 'xyz']);
});

describe('what is misspelled is mended, where one known word is near', () => {
  const spelling = new Spelling(
    new Set(['handshake', 'simultaneous', 'time', 'wait', 'read', 'retransmission']),
  );
  test.each([
    ['handshke', 'handshake'],
    ['simultanous', 'simultaneous'],
    ['retransmision', 'retransmission'],
    ['TIEM_WIAT', 'time_wait'],
    ['handshakes', 'handshakes'],
    ['bread', 'bread'],
    ['三次handshke', '三次handshake'],
  ])('%s: %s', (wrong, right) => {
    expect(spelling.correct(wrong)).toBe(right);
  });
});
