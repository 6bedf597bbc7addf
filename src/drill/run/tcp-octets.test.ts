// Segments to octets and back, and injected packets read by the stack's own parsers.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IpPacket, Memory, parseIp, parseTcp, pseudoSum, Segment, tcpChecksumOk } from '../../wire/index.ts';
import type { TcpOption } from '../ast.ts';
import { parseScript } from '../parse/index.ts';
import { runConfig } from './config.ts';
import { Flow } from './flow.ts';
import { inboundOctets } from './inject.ts';
import { readLive } from './live.ts';
import { bitNames, optionOctets, readTcp, tcpOctets } from './tcp-octets.ts';

const u32 = fc.nat(0xffffffff);
const hex = (min: number, max: number) =>
  fc.uint8Array({ minLength: min, maxLength: max }).map((b) => Buffer.from(b).toString('hex'));
const option: fc.Arbitrary<TcpOption> = fc.oneof(
  fc.constant({ kind: 'nop' } as const),
  fc.record({ kind: fc.constant('mss' as const), bytes: fc.nat(0xffff) }),
  fc.record({ kind: fc.constant('wscale' as const), shift: fc.nat(255) }),
  fc.constant({ kind: 'sackOK' } as const),
  fc.record({ kind: fc.constant('TS' as const), val: u32, ecr: u32, ecrAbsolute: fc.constant(false) }),
  fc.record({
    kind: fc.constant('sack' as const),
    blocks: fc.array(fc.record({ left: u32, right: u32 }), { minLength: 1, maxLength: 2 }),
  }),
  fc.record({ kind: fc.constant('FO' as const), cookie: hex(0, 8) }),
  fc.record({ kind: fc.constant('FOEXP' as const), cookie: hex(0, 8) }),
  fc.record({
    kind: fc.constant('unknown' as const),
    option: fc.constantFrom(77, 200, 253),
    data: hex(0, 6),
  }),
);

describe('segments', () => {
  it('what was written is read again: every field, flag and option', () => {
    const options = fc.array(option, { maxLength: 5 }).filter((o) => o.flatMap(optionOctets).length <= 40);
    fc.assert(
      fc.property(
        u32,
        u32,
        fc.nat(0x1ff),
        fc.nat(0xffff),
        options,
        fc.nat(100),
        (seq, ack, bits, win, o, n) => {
          const fields = {
            srcPort: 1,
            dstPort: 65_535,
            seq,
            ack,
            bits,
            win,
            urg: 7,
            reserved: 5,
            options: o,
          };
          const view = readTcp(tcpOctets(fields, n));
          const pad = (4 - (o.flatMap(optionOctets).length % 4)) % 4;
          expect(view).toMatchObject({ ...fields, options: [...o, ...new Array(pad).fill({ kind: 'eol' })] });
          expect(view?.payload).toEqual(new Uint8Array(n));
        },
      ),
    );
  });

  it('octets that are no segment, or options of a wrong length, are told', () => {
    expect(readTcp(new Uint8Array(19))).toBe(null);
    const bad = tcpOctets(
      {
        srcPort: 1,
        dstPort: 2,
        seq: 0,
        ack: 0,
        bits: 0,
        win: 0,
        urg: 0,
        reserved: 0,
        options: [{ kind: 'mss', bytes: 1 }],
      },
      0,
    );
    bad[21] = 9;
    expect(readTcp(bad)?.options).toBe(null);
    bad[12] = 0x40;
    expect(readTcp(bad)).toBe(null);
  });

  it('any octets are read without an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (b) => {
        const live = readLive(b, 0);
        expect(typeof live === 'string' || typeof live === 'object').toBe(true);
      }),
    );
  });

  it('control bits by name', () => {
    expect([bitNames(0), bitNames(0x112)]).toEqual(['none', 'SYN,ACK,AE']);
  });
});

describe('injected packets', () => {
  function inject(
    options: string,
    packet: string,
    flow = new Flow(),
  ): { ip: IpPacket; seg: Segment; ok: boolean } {
    const script = parseScript(`${options}\n0 ${packet}\n`);
    const event = script.events[0];
    const read = runConfig(script);
    if (event?.kind !== 'packet' || 'reason' in read) throw new Error('not a packet');
    const octets = inboundOctets(event.packet, flow, read.config);
    const memory = new Memory();
    const off = memory.alloc(octets.length);
    memory.u8.set(octets, off);
    const ip = new IpPacket();
    const seg = new Segment();
    const bad =
      parseIp(memory, off, octets.length, ip) || parseTcp(memory, ip.payloadOff, ip.payloadLen, seg);
    const sum = tcpChecksumOk(memory, ip.payloadOff, ip.payloadLen, pseudoSum(ip, 6, ip.payloadLen));
    return { ip, seg, ok: bad === 0 && sum };
  }

  it.each(['ipv4', 'ipv6', 'ipv4-mapped-ipv6'])('are right %s packets', (version) => {
    const { ip, seg, ok } = inject(
      `--ip_version=${version}`,
      '< [ce, ttl 3] S 5:5(0) win 100 <mss 1000,nop,wscale 3>',
    );
    expect([ok, ip.tos, ip.ttl, ip.family, seg.seq, seg.mss, seg.wscale]).toEqual([
      true,
      3,
      3,
      version === 'ipv6' ? 6 : 4,
      5,
      1000,
      3,
    ]);
  });

  it('have live sequence numbers, ACKs, SACK blocks and ports', () => {
    const flow = new Flow();
    Object.assign(flow, { liveLocalIsn: -10, liveRemoteIsn: 1000, remotePort: 7, localPort: 8 });
    const { seg } = inject('', '< . 1:11(10) ack 20 win 5 <nop,nop,sack 31:41>', flow);
    expect([seg.srcPort, seg.dstPort, seg.seq, seg.ack, seg.textLen]).toEqual([7, 8, 1001, 10, 10]);
    expect([...seg.sack.slice(0, 2)]).toEqual([21, 31]);
  });
});
