import { expect, test } from 'vitest';
import { parseRequestHead, parseResponseHead } from './head.ts';

/** The octets that `isRefused` says are refused between two letters. */
function refused(isRefused: (text: string) => boolean): number[] {
  return Array.from({ length: 256 }, (_, octet) => octet).filter((octet) =>
    isRefused(`a${String.fromCharCode(octet)}b`),
  );
}

test('a value and a reason are HTAB, SP, VCHAR and obs-text: every other octet is refused (RFC 9110 section 5.5)', () => {
  const others = [...Array(32).keys(), 127].filter((octet) => octet !== 9);
  expect(refused((text) => parseRequestHead(`GET / HTTP/1.1\r\nHost: x\r\nA: ${text}`) === 400)).toEqual(
    others,
  );
  expect(refused((text) => parseResponseHead(`HTTP/1.1 200 OK\r\nA: ${text}`, 'GET') === null)).toEqual(
    others,
  );
  expect(refused((text) => parseResponseHead(`HTTP/1.1 200 ${text}`, 'GET') === null)).toEqual(others);
});
