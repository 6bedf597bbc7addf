// The way to a place that is taken again and again: what is current there, and what stays behind.

import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, test } from 'vitest';
import { Host } from '../../host/index.ts';
import { currentPlace, entryTo, onPlace } from './places.ts';

const place = { host: new Host({ name: 'a', random: () => 1 }) };
const other = { host: new Host({ name: 'b', random: () => 1 }) };

test('an action runs on the place, whoever calls, and the caller is where it was', () => {
  const enter = entryTo(place);
  const seen: unknown[] = [];
  onPlace(other, () => {
    enter((of) => seen.push(of, currentPlace() === place), 1);
    seen.push(currentPlace() === other);
  });
  expect(() =>
    enter(() => {
      throw new RangeError('its own');
    }, null),
  ).toThrow('its own');
  expect([...seen, currentPlace()]).toEqual([1, true, true, null]);
});

test('what an action sets in a storage of its own is not there in the next one', () => {
  const own = new AsyncLocalStorage<number>();
  const enter = entryTo(place);
  const seen: unknown[] = [];
  enter(() => own.enterWith(1), null);
  enter(() => seen.push(own.getStore(), currentPlace() === place), null);
  expect(seen).toEqual([undefined, true]);
});
