import { expect, test } from 'vitest';
import { distance, nearNames } from './near.ts';

const names = ['hs', 'ack3-lost', 'ack3-data', 'fin-lost', 'finack-lost', 'simopen', 'simclose'];

test('the distance counts letters added, left out, changed and exchanged', () => {
  expect(distance('ack', 'ack')).toBe(0);
  expect(distance('ack', 'aack')).toBe(1);
  expect(distance('ack', 'ak')).toBe(1);
  expect(distance('ack', 'adk')).toBe(1);
  expect(distance('ack', 'akc')).toBe(1);
  expect(distance('', 'abc')).toBe(3);
});

test('the nearest name comes first; signs and case do not count', () => {
  expect(nearNames('ack3lost', names)[0]).toBe('ack3-lost');
  expect(nearNames('ACK3_LOST', names)[0]).toBe('ack3-lost');
  expect(nearNames('simopne', names)).toEqual(['simopen']);
  expect(nearNames('finlost', names)[0]).toBe('fin-lost');
  expect(nearNames('sim', names)).toEqual(['simopen', 'simclose']);
});

test('what is near nothing has no names; there are three at most', () => {
  expect(nearNames('chocolate', names)).toEqual([]);
  expect(nearNames('', names)).toEqual([]);
  expect(nearNames('lost', [...names, 'a-lost', 'b-lost'])).toHaveLength(3);
});
