import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AnswerRecord, decodeResponse, type Question, recordsFor } from '../../dns/index.ts';
import { answerFrom, type Zone } from './index.ts';
import { A } from './testing.ts';

describe('messages that somebody else has made', () => {
  const question: Question = { name: 'y.example', type: 'A' };

  test('any octets are a response or null, never an exception, in time that their length bounds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 700 }), (octets) => {
        const response = decodeResponse(octets);
        if (response !== null) recordsFor(response, question);
      }),
      { numRuns: 2000 },
    );
  });

  test('a right response with some octets changed gives addresses or nothing', () => {
    const zone: Zone = {
      'y.example': [{ type: 'CNAME', data: 'z.example' }],
      'z.example': [
        ...A('10.0.0.5', '10.0.0.6'),
        { type: 'MX', data: { preference: 1, exchange: 'm.example' } },
      ],
    };
    const asked = Uint8Array.from([
      1,
      2,
      1,
      0,
      0,
      1,
      0,
      0,
      0,
      0,
      0,
      0,
      1,
      121,
      7,
      ...Buffer.from('example'),
      0,
      0,
      1,
      0,
      1,
    ]);
    const right = answerFrom(zone, asked, 0xffff)?.octets as Uint8Array;
    expect(recordsFor(decodeResponse(right) as never, question)?.map(({ data }) => data)).toEqual([
      '10.0.0.5',
      '10.0.0.6',
    ]);
    const change = fc.tuple(fc.nat(right.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const octets = right.slice();
        for (const [at, value] of changes) octets[at] = value;
        const response = decodeResponse(octets);
        const records = response === null ? [] : (recordsFor(response, question) ?? []);
        for (const { data } of records) expect(data).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
      }),
      { numRuns: 2000 },
    );
  });

  test('pointers in circles, names without end, thousands of records and aliases in circles are bounded', () => {
    const head = [1, 2, 0x80, 0, 0, 1, 0xff, 0xff, 0, 0, 0, 0];
    const toItself = Uint8Array.from([...head, 0xc0, 12, 0, 1, 0, 1]);
    expect(decodeResponse(toItself)).toBeNull();
    const twoThatMeet = Uint8Array.from([...head, 0xc0, 14, 0xc0, 12, 0, 1, 0, 1]);
    expect(decodeResponse(twoThatMeet)).toBeNull();
    // A name of 64 KiB by labels and pointers backwards, as often as there is room: refused by its length.
    const labels = Array.from({ length: 8 }, () => [63, ...new Array<number>(63).fill(97)]).flat();
    expect(decodeResponse(Uint8Array.from([...head, ...labels, 0, 0, 1, 0, 1]))).toBeNull();
    // 65,535 records are announced; there is room for some 4,000.
    const record = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 1, 2, 3, 4];
    const full = Uint8Array.from([
      ...head,
      0,
      0,
      1,
      0,
      1,
      ...Array.from({ length: 4000 }, () => record).flat(),
    ]);
    const from = performance.now();
    expect(decodeResponse(full)).toBeNull();
    expect(performance.now() - from).toBeLessThan(1000);
    const alias = (name: string, data: string): AnswerRecord => ({ name, type: 'CNAME', ttl: 1, data });
    const circle = [alias('y.example', 'z.example'), alias('z.example', 'y.example')];
    const response = { id: 1, question, rcode: 'NOERROR', truncated: false, answers: circle };
    expect(recordsFor(response, question)).toBeNull();
  });

  test('a name or an address that is none spoils the answer: nobody gets it', () => {
    const of = (...answers: AnswerRecord[]): unknown =>
      recordsFor({ id: 1, question, rcode: 'NOERROR', truncated: false, answers }, question);
    const good = { name: 'y.example', type: 'A', ttl: 1, data: '10.0.0.5' };
    expect(of(good)).toEqual([good]);
    expect(of(good, { ...good, data: '10.0.0' })).toBeNull();
    expect(of(good, { ...good, type: 'CNAME', data: 'a\nb' })).toBeNull();
    expect(of(good, { ...good, name: 'a\u0000b' })).toBeNull();
    expect(of({ ...good, name: 'other.example' })).toEqual([]);
  });

  test.each([
    ['CNAME', (name: string) => name],
    ['NS', (name: string) => name],
    ['PTR', (name: string) => name],
    ['MX', (exchange: string) => ({ preference: 1, exchange })],
    ['SRV', (target: string) => ({ priority: 1, weight: 1, port: 1, target })],
    ['SOA', (mname: string) => ({ mname, rname: 'r.example' })],
    ['SOA', (rname: string) => ({ mname: 'm.example', rname })],
    ['NAPTR', (replacement: string) => ({ flags: '', services: '', regexp: '', replacement })],
  ] as const)('%s: a name in it that cannot be shown spoils the answer', (type, dataOf) => {
    const of = (name: string): unknown => {
      const record = { name: 'y.example', type, ttl: 1, data: dataOf(name) };
      const response = { id: 1, question, rcode: 'NOERROR', truncated: false, answers: [record] };
      return recordsFor(response, { name: 'y.example', type });
    };
    expect(of('z.example')).toHaveLength(1);
    for (const name of ['z\n.example', '\u001b[2J', 'z\u202e.example']) expect(of(name)).toBeNull();
  });
});
