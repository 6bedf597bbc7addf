import { describe, expect, test } from 'vitest';
import { clearHit, SearchIndex, stem, tokens } from './search.ts';

const documents = [
  ['hs', 'The three-way handshake', '三次握手'],
  ['ack3-lost', 'The third ACK is lost', '第三次握手的 ACK 丢失'],
  ['synack-lost', 'The SYN,ACK is lost', '第二次握手的 SYN,ACK 丢失'],
  ['lastack-lost', 'The last ACK of the close is lost', '第四次挥手的 ACK 丢失'],
  ['tw-pile', 'Many connections in TIME-WAIT', '大量 TIME-WAIT'],
  ['cw-leak', 'CLOSE-WAIT because nobody calls close', 'CLOSE-WAIT 过多：程序没有调用 close'],
  ['half-close', 'Half-close: one direction has ended', '半关闭：一个方向已经结束'],
  ['halfopen', 'Half-open: one end has crashed', '半打开：一端崩溃重启'],
  ['acceptq', 'A full accept queue', '全连接队列满'],
  ['fixed-isn', 'The same initial sequence number every time', '固定的初始序列号'],
] as const;

const index = new SearchIndex(
  documents.map(([id, en, zh]) => ({
    value: id,
    names: [id],
    fields: [
      { text: en, weight: 1 },
      { text: zh, weight: 1 },
    ],
  })),
);

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
    ['ack', 'ack'],
    ['fin', 'fin'],
    ['status', 'status'],
    ['2msl', '2msl'],
    ['string', 'string'],
  ])('%s: %s', (word, stemmed) => {
    expect(stem(word)).toBe(stemmed);
  });
});

test('Chinese is cut into pairs of characters, English into words; fullwidth letters are letters', () => {
  expect(tokens('序列号 ＳＥＱ x')).toEqual(new Set(['@seq', 'seq', 'x', '序列', '列号']));
});

test('all names of a state are one concept', () => {
  for (const name of ['SYN-RECEIVED', 'SYN_RCVD', 'SYN_RECV', 'SYN-RECV', 'syn rcvd', 'synrcvd'])
    expect([...tokens(name)]).toContain('@syn-received');
  for (const name of ['TIME-WAIT', 'TIME_WAIT', 'timewait', 'Time Wait'])
    expect([...tokens(name)]).toContain('@time-wait');
  expect([...tokens('LAST_ACK')]).toContain('@last-ack');
  expect([...tokens('the last ACK')]).not.toContain('@last-ack');
});

describe('what is asked in many ways is found, in both languages', () => {
  test.each([
    ['third ACK lost', 'ack3-lost'],
    ['the 3rd ack is dropped', 'ack3-lost'],
    ['what happens if the final handshake segment never arrives?', 'ack3-lost'],
    ['第三次握手丢了会怎样', 'ack3-lost'],
    ['第三次握手的ack丢包', 'ack3-lost'],
    ['ack3', 'ack3-lost'],
    ['synack lost', 'synack-lost'],
    ['第二次握手丢失', 'synack-lost'],
    ['SYN+ACK is dropped', 'synack-lost'],
    ['第四次挥手丢了', 'lastack-lost'],
    ['last ack lost', 'lastack-lost'],
    ['too many TIME_WAIT', 'tw-pile'],
    ['TIME_WAIT 过多怎么办', 'tw-pile'],
    ['CLOSE_WAIT 太多', 'cw-leak'],
    ['why so many connections in close_wait?', 'cw-leak'],
    ['半关闭', 'half-close'],
    ['half closed', 'half-close'],
    ['半打开是什么', 'halfopen'],
    ['server reboots', 'halfopen'],
    ['accept queue overflow', 'acceptq'],
    ['全连接队列满了会发生什么', 'acceptq'],
    ['why is the ISN random', 'fixed-isn'],
    ['为什么初始序列号每次不同', 'fixed-isn'],
    ['三次握手', 'hs'],
    ['3-way handshake', 'hs'],
  ])('%s', (query, id) => {
    expect(index.search(query)[0]?.value).toBe(id);
  });
});

test('a name, or a text word by word, is found for certain', () => {
  expect(index.search('ACK3 lost!')[0]).toEqual({ value: 'ack3-lost', score: 2 });
  expect(index.search('The third ack is lost?')[0]).toEqual({ value: 'ack3-lost', score: 2 });
});

test('what is in no document finds nothing; half of it lowers the score', () => {
  expect(index.search('chocolate pudding')).toEqual([]);
  expect(index.search('')).toEqual([]);
  expect(index.search('，。！')).toEqual([]);
  const whole = index.search('third ack lost')[0]?.score ?? 0;
  const half = index.search('third ack lost chocolate pudding recipe')[0]?.score ?? 0;
  expect(half).toBeLessThan(whole);
});

test('no more hits than were asked for', () => {
  expect(index.search('lost', 2)).toHaveLength(2);
});

describe('a hit is clear', () => {
  const different = (a: string, b: string): boolean => a === b;
  test('when it has most of what was asked, and the next has less', () => {
    expect(clearHit(index.search('third ACK lost'), different)?.value).toBe('ack3-lost');
  });
  test('not when several are as good, unless they lead to the same', () => {
    const hits = index.search('lost');
    expect(clearHit(hits, different)).toBeNull();
    expect(clearHit(hits, () => true)).not.toBeNull();
  });
  test('not when there is none', () => {
    expect(clearHit([], different)).toBeNull();
  });
});
