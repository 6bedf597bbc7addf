// What a tap is told of a segment that arrives: before anything is done about it, and after.

import { expect, test, vi } from 'vitest';
import { stateName, type Tcb } from '../../tcp/index.ts';
import { ACK, FIN, RST, type Segment, SYN } from '../../wire/index.ts';
import type { Connection } from '../connection/index.ts';
import { Ring } from '../connection/ring.ts';
import { type LoneHost, loneHost, octets, type RawSegment, tcpPacket } from '../testing.ts';

/** A host that a peer sends segments to, and what its tap is told: `arrives LISTEN 5+0`, SEG.SEQ and octets of text. */
function watched(): LoneHost & { told: (r: RawSegment) => string[] } {
  const { net, host, raw } = loneHost();
  const lines: string[] = [];
  const line = (what: string) => (tcb: Tcb | null, seg: Segment) =>
    void lines.push(`${what} ${tcb === null ? 'nobody' : stateName(tcb.state)} ${seg.seq}+${seg.textLen}`);
  host.tap = {
    arrives: line('arrives'),
    processed: line('processed'),
    drop: () => void lines.push('dropped'),
    segmentOut: (_, seg) => void lines.push(`sent ${seg.ctl & (SYN | RST | FIN | ACK)}`),
  };
  const told = (r: RawSegment): string[] => {
    raw.send(tcpPacket(net, '10.0.0.1', '10.0.0.2', r));
    return lines.splice(0);
  };
  return { net, host, raw, told };
}

test('a segment for nobody arrives, is discarded and answered, and was processed', () => {
  const { told } = watched();
  expect(told({ from: 9, to: 80, ctl: SYN, seq: 5 })).toEqual([
    'arrives nobody 5+0',
    'dropped',
    `sent ${RST | ACK}`,
    'processed nobody 5+0',
  ]);
});

test('a SYN arrives at the listener; what has processed it is the connection that it made', () => {
  const { host, told } = watched();
  host.listen({ port: 80 });
  expect(told({ from: 9, to: 80, ctl: SYN, seq: 5 })).toEqual([
    'arrives LISTEN 5+0',
    `sent ${SYN | ACK}`,
    'processed SYN-RECEIVED 5+0',
  ]);
  expect(told({ from: 10, to: 80, ctl: RST, seq: 5 })).toEqual([
    'arrives LISTEN 5+0',
    'dropped',
    'processed LISTEN 5+0',
  ]);
});

test('a segment arrives as it was sent; what is old of it was cut off when it was processed', () => {
  const { host, raw, told } = watched();
  host.listen({ port: 80, handler: {} });
  told({ from: 9, to: 80, ctl: SYN, seq: 5 });
  const iss = raw.takeSegments()[0]?.seq as number;
  const ack = iss + 1;
  expect(told({ from: 9, to: 80, ctl: ACK, seq: 6, ack })).toEqual([
    'arrives SYN-RECEIVED 6+0',
    'processed ESTABLISHED 6+0',
  ]);
  told({ from: 9, to: 80, ctl: ACK, seq: 6, ack, text: octets(10) });
  expect(told({ from: 9, to: 80, ctl: ACK, seq: 6, ack, text: octets(15) })).toEqual([
    'arrives ESTABLISHED 6+15',
    `sent ${ACK}`,
    'processed ESTABLISHED 16+5',
  ]);
});

test('a FIN again arrives at the record in TIME-WAIT; an ACK that brings back a cookie, at the connection that it makes', async () => {
  const { net, host, raw, told } = watched();
  const listener = host.listen({ port: 80, synBacklog: 1 });
  told({ from: 9, to: 80, ctl: SYN, seq: 5 });
  told({ from: 10, to: 80, ctl: SYN, seq: 5 });
  const [first, cookie] = raw.takeSegments().map(({ seq }) => seq + 1) as [number, number];
  expect(told({ from: 10, to: 80, ctl: ACK, seq: 6, ack: cookie })).toEqual([
    'arrives SYN-RECEIVED 6+0',
    'processed ESTABLISHED 6+0',
  ]);
  expect(told({ from: 11, to: 80, ctl: ACK, seq: 6, ack: cookie })).toEqual([
    'arrives LISTEN 6+0',
    'dropped',
    'processed LISTEN 6+0',
  ]);
  // While cookies are out, this one's ACK arrives at its own TCB, too.
  told({ from: 9, to: 80, ctl: ACK, seq: 6, ack: first });
  const accepted = [await listener.accept(), await listener.accept()];
  const c = accepted.find(({ remotePort }) => remotePort === 9);
  void c?.end();
  told({ from: 9, to: 80, ctl: ACK | FIN, seq: 6, ack: first + 1 });
  expect(host.tcp.timeWait.size).toBe(1);
  const again = told({ from: 9, to: 80, ctl: ACK | FIN, seq: 6, ack: first + 1 });
  expect([again.at(0), again.at(-1)]).toEqual(['arrives TIME-WAIT 6+0', 'processed TIME-WAIT 6+0']);
  listener.close();
  for (const one of accepted) one.abort();
  await net.pass(120_000_000);
});

test('MUST-3: text goes to its place while it is summed, and counts when the sum is right', () => {
  const { net, host, raw } = loneHost();
  const placed = vi.spyOn(Ring.prototype, 'copySumIn');
  let c: Connection | null = null;
  host.listen({ port: 80, handler: { open: (made) => void (c = made) } });
  const send = (r: Partial<RawSegment>, damaged = -1) => {
    const packet = tcpPacket(net, '10.0.0.1', '10.0.0.2', { from: 9, to: 80, ctl: ACK, ...r });
    if (damaged >= 0) packet[damaged] = (packet[damaged] as number) ^ 0x10;
    raw.send(packet);
    return raw.takeSegments();
  };
  const [syn] = send({ ctl: SYN, seq: 5 });
  const ack = (syn?.seq as number) + 1;
  const text = octets(1000);
  send({ seq: 6, ack });
  // The first makes the buffer, which the others find; one whose sum is wrong leaves none.
  const { used } = host.memory;
  send({ seq: 6, ack, text: text.subarray(0, 100) }, 60);
  expect([host.counters.tcpBadChecksum, placed.mock.calls.length, host.memory.used]).toEqual([1, 1, used]);
  send({ seq: 6, ack, text: text.subarray(0, 100) });
  for (const damaged of [39, 40, 41, 100, 239]) {
    expect(send({ seq: 106, ack, text: text.subarray(100, 300) }, damaged)).toEqual([]);
    expect((c as Connection | null)?.readableLength).toBe(100);
  }
  expect([host.counters.tcpBadChecksum, placed.mock.calls.length]).toEqual([6, 7]);
  // What the damaged ones left there is not what is read.
  send({ seq: 106, ack, text: text.subarray(100, 200) });
  expect(send({ seq: 300, ack, text: text.subarray(294, 400) })).not.toEqual([]);
  expect((c as Connection | null)?.readableLength).toBe(200);
  send({ seq: 206, ack, text: text.subarray(200, 294) });
  send({ seq: 406, ack, text: text.subarray(400, 1000) }, 300);
  send({ seq: 406, ack, text: text.subarray(400, 1000) });
  expect((c as Connection | null)?.take()).toEqual(text);
  placed.mockRestore();
});
