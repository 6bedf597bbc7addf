import { expect, test } from 'vitest';
import type { ConnectionReport } from './analysis.ts';
import { parseSelection } from './select.ts';

const side = (address: string, port: number, state: string) => ({ address, port, states: [state] });
const one = {
  ...{ number: 3, ending: 'closed', verdicts: [{ id: 'refused', severity: 'fault' }] },
  client: side('2001:db8::1', 40_000, 'TIME-WAIT'),
  server: side('2001:db8::2', 443, 'CLOSED'),
} as unknown as ConnectionReport;
const selects = (text: string): boolean => parseSelection(text)(one);

test('terms, and what binds more', () => {
  for (const text of ['port 443', 'conn 3', 'verdict refused', 'state TIME-WAIT', 'ending closed'])
    expect([text, selects(text), selects(`not ${text}`)]).toEqual([text, true, false]);
  expect(selects('conn 3 or conn 4 and port 1')).toBe(true);
  expect(selects('(conn 3 or conn 4) port 1')).toBe(false);
});

test('an address is the same in whatever way it is written', () => {
  expect(selects('client 2001:DB8:0:0::1')).toBe(true);
  expect(selects('server 2001:DB8:0:0::1')).toBe(false);
  expect(selects('host 2001:0db8::2')).toBe(true);
});

test.each([
  ['', /is empty/],
  ['port', /"port " needs another value/],
  ['port http', /"port http" needs another value/],
  ['host example', /needs another value/],
  ['(port 1', /a "\)" is missing/],
  ['port 1)', /"\)" was not expected/],
  ['prot 1', /did you mean "port"/],
  ['constructor 1', /is no word of a filter/],
  ['verdict close-wait', /no such verdict; did you mean "close-wait-leak"/],
  ['severity faults', /no such severity; did you mean "fault"/],
  ['state ESTABLISH', /no such state; did you mean "ESTABLISHED"/],
  ['ending gone', /no such ending; expected reset, closed, closing, open/],
])('%s is an error that says what to write', (text, message) => {
  expect(() => parseSelection(text)).toThrow(message);
});
