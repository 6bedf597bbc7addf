import { expect, test } from 'vitest';
import { pcapngOf, playScenario, scenarios } from '../lab/index.ts';
import { analyseCapture } from './analysis.ts';
import { Anonymiser } from './anonymise.ts';
import { CaptureReader } from './read/index.ts';
import { type Made, packet, pcapFile } from './testing.ts';

function anonymous(file: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = [];
  const anonymiser = new Anonymiser((octets) => pieces.push(octets.slice()));
  const reader = new CaptureReader((frame) => anonymiser.frame(frame));
  reader.push(file);
  reader.end();
  anonymiser.end();
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

/** All that is judged, without addresses. */
function judged(file: Uint8Array) {
  const { connections, problems } = analyseCapture(file);
  expect(problems).toEqual([]);
  return connections.map(({ client, server, ...rest }) => ({
    ...rest,
    sides: [client, server].map(({ address: _, ...side }) => side),
  }));
}

test('of every run of the lab: every verdict, with its frames, stays the same', () => {
  for (const scenario of scenarios) {
    const { id } = scenario;
    const file = pcapngOf(playScenario(scenario).trace, { lang: 'en', at: 'wire' });
    expect([id, judged(anonymous(file))]).toEqual([id, judged(file)]);
  }
});

const WAY = '198.51.100.7:40000 > 203.0.113.9:443';
const made: readonly Made[] = [
  { way: WAY, flags: 'SYN', seq: 1, mss: 1460, wscale: 7, ts: [5, 0], id: 7 },
  { way: WAY, flags: 'PSH,ACK', seq: 2, ack: 9, text: 300, partial: true, id: 8 },
];

test('addresses and text are gone; the same address stays the same; checksums are as right as they were', () => {
  const file = pcapFile(made.map((one, n) => ({ us: n, octets: packet(one) })));
  const out = anonymous(file);
  const words = (octets: Uint8Array): string =>
    Array.from(octets, (n) => n.toString(16).padStart(2, '0')).join('');
  expect(words(file)).toContain('c6336407');
  expect(words(out)).not.toContain('c6336407');
  expect(words(out)).not.toContain('cb007109');
  expect(words(out)).not.toContain('010203040506');
  const before = analyseCapture(file);
  const after = analyseCapture(out);
  expect(after.counts.partialSums).toBe(before.counts.partialSums);
  expect(after.connections.map(({ client, server }) => [client.address, server.address])).toEqual([
    ['10.0.0.1', '10.0.0.2'],
  ]);
});

test('options that a snap length cut stay cut', () => {
  const file = pcapFile(
    made.map((one, n) => ({ us: n, octets: packet(one).slice(0, 42), wire: packet(one).length })),
  );
  expect(judged(anonymous(file))).toEqual(judged(file));
});

test('addresses that are remembered have a bound: who was not seen for long gets another in its place', () => {
  const from = (host: number): Made => ({
    way: `198.51.100.${host}:40000 > 203.0.113.9:443`,
    flags: 'SYN',
    seq: 1,
  });
  const sources = (hosts: readonly number[]): { said: string[]; forgotten: number } => {
    const pieces: Uint8Array[] = [];
    const anonymiser = new Anonymiser((octets) => pieces.push(octets.slice()), { mostAddresses: 6 });
    const reader = new CaptureReader((frame) => anonymiser.frame(frame));
    reader.push(pcapFile(hosts.map((host, n) => ({ us: n, octets: packet(from(host)) }))));
    anonymiser.end();
    const said: string[] = [];
    const again = new CaptureReader(({ data, off }) => said.push(data.slice(off + 12, off + 20).join('.')));
    for (const piece of pieces) again.push(piece);
    return { said, forgotten: anonymiser.forgotten };
  };
  const few = sources([1, 2, 1, 2, 1]);
  expect([new Set(few.said).size, few.forgotten]).toEqual([2, 0]);
  // The server is asked for all the time, and stays; the first source is forgotten.
  const many = sources([1, 2, 3, 4, 5, 6, 7, 8, 1]);
  expect(new Set(many.said).size).toBe(9);
  expect(new Set(many.said.map((ends) => ends.split('.').slice(4).join('.'))).size).toBe(1);
  expect(many.forgotten).toBeGreaterThan(0);
});
