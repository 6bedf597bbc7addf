import { describe, expect, test } from 'vitest';
import { claims } from '../claims/index.ts';
import { questions } from '../questions/index.ts';
import { scenarios } from '../scenarios/index.ts';
import { clearFinding, findInLab, scenarioOf } from './find.ts';

/** The scenario of the best hit. */
function found(text: string): string | null | undefined {
  const [best] = findInLab(text);
  return best === undefined ? undefined : scenarioOf(best.value);
}

describe('what is asked in words of one’s own finds its scenario first', () => {
  test.each([
    ['third ACK lost', 'ack3-lost'],
    ['the 3rd ACK of the handshake is lost', 'ack3-lost'],
    ['what happens when the last handshake packet is dropped', 'ack3-lost'],
    ['第三次握手丢了', 'ack3-lost'],
    ['第三次握手丢失会怎样', 'ack3-lost'],
    ['third ack lost then data', 'ack3-data'],
    ['第三次握手的 ACK 丢了，客户端直接发数据呢', 'ack3-data'],
    ['first SYN lost', 'syn-lost'],
    ['第一次握手丢失会发生什么', 'syn-lost'],
    ['SYN+ACK lost', 'synack-lost'],
    ['第二次握手丢了会怎样', 'synack-lost'],
    ['three-way handshake', 'hs'],
    ['三次握手', 'hs'],
    ['four-way close', 'close4'],
    ['四次挥手', 'close4'],
    ['can the close take three segments', 'close3'],
    ['四次挥手能变成三次吗', 'close3'],
    ['half close', 'half-close'],
    ['半关闭', 'half-close'],
    ['第一次挥手丢了', 'fin-lost'],
    ['第二次挥手丢了', 'finack-lost'],
    ['第四次挥手丢了', 'lastack-lost'],
    ['last ACK lost', 'lastack-lost'],
    ['TIME_WAIT receives SYN', 'tw-syn'],
    ['TIME_WAIT 收到 RST', 'tw-kill'],
    ['too many TIME_WAIT', 'tw-pile'],
    ['大量 TIME_WAIT 怎么办', 'tw-pile'],
    ['simultaneous open', 'simopen'],
    ['同时关闭', 'simclose'],
    ['连接被拒绝', 'refused'],
    ['firewall drops packets', 'filtered'],
    ['accept queue full', 'acceptq'],
    ['全连接队列满了', 'acceptq'],
    ['SYN flood', 'synflood'],
    ['close with unread data', 'unread-rst'],
    ['close 之后对方还发数据', 'late-data-rst'],
    ['too many CLOSE_WAIT', 'cw-leak'],
    ['CLOSE_WAIT 过多', 'cw-leak'],
    ['server crash and reboot', 'halfopen'],
    ['半打开', 'halfopen'],
    ['blind RST attack', 'blind-rst'],
    ['已建立的连接收到 SYN', 'blind-rst'],
    ['zero window', 'zerowin'],
    ['零窗口', 'zerowin'],
    ['保活', 'keepalive'],
    ['第三次握手可以携带数据吗', 'ack3-payload'],
    ['TFO', 'tfo'],
    ['乱序 FIN', 'ooo-fin'],
    ['mtu black hole', 'mtu-hole'],
    ['window scale stripped', 'wscale-strip'],
  ])('%s: %s', (text, id) => {
    expect(found(text)).toBe(id);
  });
});

test('the scenario that is meant is clear, and run at once; a single common word is not', () => {
  const clear = (text: string): string | null | undefined => {
    const finding = clearFinding(findInLab(text));
    return finding === null ? undefined : scenarioOf(finding);
  };
  expect(clear('third ACK lost')).toBe('ack3-lost');
  expect(clear('第三次握手丢了')).toBe('ack3-lost');
  expect(clear('CLOSE_WAIT 过多')).toBe('cw-leak');
  expect(clear('ack')).toBeUndefined();
  expect(clear('lost')).toBeUndefined();
});

test.each(scenarios)(
  '$id: its id, title and question find it first, in both languages',
  ({ id, title, question }) => {
    for (const text of [id, title.en, title.zh, question.en, question.zh]) {
      const finding = clearFinding(findInLab(text));
      expect(finding === null ? null : scenarioOf(finding)).toBe(id);
    }
  },
);

test.each(questions)('question $id finds itself first, in both languages', (asked) => {
  for (const text of [asked.id, asked.question.en, asked.question.zh]) {
    expect(clearFinding(findInLab(text))).toEqual({ kind: 'question', question: asked });
  }
});

test('a claim is found by its number, and by its own words', () => {
  for (const claim of claims) {
    expect(findInLab(`claim ${claim.number}`)[0]?.value).toEqual({ kind: 'claim', claim });
    const hits = findInLab(claim.claim.en, 3).map(({ value }) => value);
    expect(hits).toContainEqual({ kind: 'claim', claim });
  }
});
