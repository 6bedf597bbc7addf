import { expect, test } from 'vitest';
import { claims } from './index.ts';

const judged = (wanted: string) => claims.filter(({ verdict }) => verdict === wanted);

test.each(judged('true'))('claim $number is true, and its text does not begin by saying no', ({ truth }) => {
  expect(truth.en).not.toMatch(/^(No\b|Not\b|Wrong\b|It is not\b)/);
  expect(truth.zh).not.toMatch(/^(不[，。是对]|错|并非|没有这|否)/);
});

test.each(judged('wrong'))(
  'claim $number is wrong, and its text does not begin by saying yes',
  ({ truth }) => {
    expect(truth.en).not.toMatch(/^(Yes\b|True\b|Right\b)/);
    expect(truth.zh).not.toMatch(/^(对[，。：]|正确|没错|是的)/);
  },
);

test.each(claims)('claim $number names no text that its reader does not see', ({ truth }) => {
  expect(truth.en).not.toMatch(/study text|\b(this|that|first|second|third|fourth|fifth) text\b|\bauthor\b/i);
  expect(truth.zh).not.toMatch(/作者|原文|(这|该|第.)(篇|份)(课文|文章|文本)/);
});
