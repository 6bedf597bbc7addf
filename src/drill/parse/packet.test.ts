import { describe, expect, it } from 'vitest';
import { parsePacketText, parseTcpText, scriptError } from './testing.ts';

const summary = (text: string): string => scriptError(() => parsePacketText(text)).summary;

describe('a TCP segment of a script', () => {
  it('has direction, flags, sequence range and what else is written', () => {
    expect(parseTcpText('< SU. 1:11(10) ack 5 win 6 urg 7 <mss 1460>')).toEqual({
      direction: 'inbound',
      protocol: 'tcp',
      encapsulation: [],
      ip: { ecn: null, tos: null, flowLabel: null, ttl: null },
      ports: null,
      flags: { bits: 2 | 32 | 16, ace: null },
      seq: { start: 1, end: 11, length: 10, absolute: false, ignored: false },
      ack: 5,
      win: 6,
      urg: 7,
      options: [{ kind: 'mss', bytes: 1460 }],
      udpEncapsulation: null,
    });
  });

  it('has null for what is not written, and no options', () => {
    expect(parseTcpText('> R 1:1(0)')).toMatchObject({
      ack: null,
      win: null,
      urg: null,
      options: [],
      flags: { bits: 4 },
    });
  });

  it.each([
    ['F', 1, null],
    ['S', 2, null],
    ['R', 4, null],
    ['P', 8, null],
    ['.', 16, null],
    ['U', 32, null],
    ['E', 64, null],
    ['W', 128, null],
    ['A', 256, null],
    ['-', 0, null],
    ['SEWA', 2 | 64 | 128 | 256, null],
    ['FP.', 25, null],
    ['.5', 16 | 256 | 64, 5],
    ['P.2', 24 | 128, 2],
    ['5.', 16 | 256 | 64, 5],
    ['P6.', 24 | 256 | 128, 6],
    ['.0', 16, 0],
    ['1', 64, 1],
  ])('flags %s are the bits %i, the ACE counter %s', (flags, bits, ace) => {
    expect(parseTcpText(`> ${flags} 1:1(0) ack 1`).flags).toEqual({ bits, ace });
  });

  it('a sequence range may wrap, be absolute or be ignored', () => {
    expect(parseTcpText('> . 4294967295:4(5)').seq).toMatchObject({ start: 4294967295, end: 4, length: 5 });
    expect(parseTcpText('> . 7:8(1)!').seq).toMatchObject({ absolute: true });
    expect(parseTcpText('> . ...(9)').seq).toEqual({
      start: 0,
      end: 0,
      length: 9,
      absolute: false,
      ignored: true,
    });
  });

  it('ports override those of the connection', () => {
    expect(parseTcpText('> 80 > 1234 S 0:0(0)').ports).toEqual({ src: 80, dst: 1234 });
    expect(parseTcpText('> 80 > 1234 5. 0:0(0)')).toMatchObject({ ports: { src: 80 }, flags: { ace: 5 } });
  });

  it('may be carried in UDP', () => {
    expect(parseTcpText('> S 0:0(0) <...> /udp(9899 > 5000)').udpEncapsulation).toEqual({
      src: 9899,
      dst: 5000,
    });
  });

  it('options <...> are not checked', () => {
    expect(parseTcpText('> S 0:0(0) <...>').options).toBe('any');
  });

  it('mistakes say what was expected', () => {
    expect(summary('< . 1:1(0) ack 1')).toBe('expected win N: an inbound segment needs a window');
    expect(summary('< . 1:1(0) win 1 <...>')).toBe('<...> can only be used with outbound packets');
    expect(summary('> . 1:5(3)')).toBe('1:5(3) is inconsistent: 1 + 3 is not 5');
    expect(summary('> . ack 1')).toBe("expected a sequence range start:end(length), found 'ack'");
    expect(summary('> SX 1:1(0)')).toBe("'X' in 'SX' is not a TCP flag (F S R P . U E W A or 0-7)");
    expect(summary('> E5 1:1(0)')).toBe("TCP flags 'E5' have an ACE digit and E, W or A");
    expect(summary('> .55 1:1(0)')).toBe("TCP flags '.55' have two ACE digits");
    expect(summary('> . 1:1(0) ack 4294967296')).toBe(
      'acknowledgment number 4294967296 is not in 0..4294967295',
    );
    expect(summary('> . 1:1(0) win 65536')).toBe('window 65536 is not in 0..65535');
    expect(summary('> . 1:1(0) <nop>')).toBe(
      'TCP options take 1 octets, not a multiple of 4: add nop or eol',
    );
    expect(summary('> . 1:1(0) <sack 1:2 1:2 1:2 1:2,TS val 1 ecr 1>')).toBe(
      'TCP options take 44 octets, more than 40',
    );
    expect(summary('> <')).toBe("expected TCP flags ('S', '.', 'P.', '-' …), 'udp' or 'icmp', found '<'");
    expect(summary('> sctp: x')).toBe('unsupported: SCTP');
    expect(summary('> . 1:1(0) {mut tcp mss}')).toBe('unsupported: packet fuzzing');
  });
});

describe('IP information of a packet', () => {
  it('stands in either brackets, several values joined by commas', () => {
    expect(parseTcpText('> [ect0] . 1:1(0)').ip).toEqual({
      ecn: 'ect0',
      tos: null,
      flowLabel: null,
      ttl: null,
    });
    expect(parseTcpText('> (tos 0x10, flowlabel 0xabcde, ttl 3) . 1:1(0)').ip).toEqual({
      ecn: null,
      tos: 0x10,
      flowLabel: 0xabcde,
      ttl: 3,
    });
    expect(parseTcpText('>[ect01] . 1:1(0)').ip.ecn).toBe('ect01');
  });

  it('is checked', () => {
    expect(summary('< [ect01] . 1:1(0) win 1')).toBe('[ect01] can only be used with outbound packets');
    expect(summary('> [ect0,ce] . 1:1(0)')).toBe('ce after another value for the same field');
    expect(summary('> [ect0,tos 0x1] . 1:1(0)')).toBe('tos and an ECN codepoint exclude each other');
    expect(summary('> [ttl 256] . 1:1(0)')).toBe('ttl 256 is not in 0..255');
    expect(summary('> [ect0 . 1:1(0)')).toBe("expected ']' after the IP information, found '.'");
    expect(summary('> [ect0,x] . 1:1(0)')).toBe(
      "expected an ECN codepoint, tos, flowlabel or ttl, found 'x'",
    );
  });
});

describe('encapsulation of a packet', () => {
  it('lists headers outermost first', () => {
    const text =
      '> ipv4 [ttl 9] 192.0.2.1 > 192.0.2.2: ipv6 fd3d::1 > fd3d::2: gre: mpls (label 1,tc 2,ttl 3) (label 4, tc 5, [S], ttl 6): . 1:1(0)';
    expect(parsePacketText(text).encapsulation).toEqual([
      {
        kind: 'ipv4',
        src: '192.0.2.1',
        dst: '192.0.2.2',
        ip: { ecn: null, tos: null, flowLabel: null, ttl: 9 },
      },
      {
        kind: 'ipv6',
        src: 'fd3d::1',
        dst: 'fd3d::2',
        ip: { ecn: null, tos: null, flowLabel: null, ttl: null },
      },
      { kind: 'gre', gre: null },
      {
        kind: 'mpls',
        entries: [
          { label: 1, trafficClass: 2, bottom: false, ttl: 3 },
          { label: 4, trafficClass: 5, bottom: true, ttl: 6 },
        ],
      },
    ]);
  });

  it('GRE fields may be numbers or named flags', () => {
    const gre = (text: string): unknown => parsePacketText(`> gre ${text}: . 1:1(0)`).encapsulation[0];
    expect(gre('flags 0xb000, sum 511, off 1023, key 0x80001234, seq 512')).toEqual({
      kind: 'gre',
      gre: { flags: 0xb000, sum: 511, off: 1023, key: 0x80001234, seq: 512 },
    });
    expect(gre('Flags [checksum present, key present, sequence# present] sum 1 off 2 key=3 seq 4')).toEqual({
      kind: 'gre',
      gre: { flags: 0xb000, sum: 1, off: 2, key: 3, seq: 4 },
    });
    expect(gre('flags [none], sum 0, off 0, key 0, seq 0')).toMatchObject({ gre: { flags: 0 } });
  });

  it('mistakes say what was expected', () => {
    expect(summary('> ipv4 fd3d::1 > 1.1.1.1: . 1:1(0)')).toBe("expected an IPv4 address, found 'fd3d::1'");
    expect(summary('> ipv4 1.1.1.1 > 1.1.1.2 . 1:1(0)')).toBe("expected ':' after the header, found '.'");
    expect(summary('> gre flags [odd]: .')).toBe(
      "expected 'none', 'checksum', 'key' or 'sequence#', found 'odd'",
    );
    expect(summary('> encap psp spi 2 . 1:1(0)')).toBe('unsupported: PSP encapsulation');
    expect(summary('> psp: . 1:1(0)')).toBe('unsupported: PSP encapsulation');
  });
});

describe('UDP and ICMP of a script', () => {
  it('a datagram has a length and perhaps ports', () => {
    expect(parsePacketText('< udp (100)')).toMatchObject({ protocol: 'udp', length: 100, ports: null });
    expect(parsePacketText('< udp 1 > 2 (100)')).toMatchObject({ ports: { src: 1, dst: 2 } });
  });

  it('a message has type, code, mtu, id and what it quotes, before or behind', () => {
    expect(parsePacketText('< icmp unreachable frag_needed mtu 1200 [1:1001(1000)]')).toMatchObject({
      protocol: 'icmp',
      type: 'unreachable',
      code: 'frag_needed',
      mtu: 1200,
      echoId: null,
      echoed: { protocol: 'tcp', seq: { start: 1, length: 1000 }, udpEncapsulation: null },
    });
    expect(parsePacketText('< [1:1461(1460)] icmp unreachable host_unreachable')).toMatchObject({
      code: 'host_unreachable',
      echoed: { protocol: 'tcp', seq: { length: 1460 } },
    });
    expect(parsePacketText('< [1:2(1) /udp(3 > 4)] icmp time_exceeded')).toMatchObject({
      echoed: { udpEncapsulation: { src: 3, dst: 4 } },
    });
    expect(parsePacketText('< icmp echo_request id 7')).toMatchObject({
      code: null,
      echoId: 7,
      echoed: null,
    });
    expect(parsePacketText('> icmp unreachable port_unreachable [udp (9)]')).toMatchObject({
      echoed: { protocol: 'udp', length: 9 },
    });
    expect(parsePacketText('< icmp echo_reply [raw (8)]')).toMatchObject({
      echoed: { protocol: 'raw', length: 8 },
    });
  });

  it('mistakes say what was expected', () => {
    expect(summary('< [1:1(0)] . 1:1(0) win 1')).toBe("expected 'icmp' after the quoted packet, found '.'");
    expect(summary('< [1:1(0)] icmp unreachable [1:1(0)]')).toBe('the quoted packet is given twice');
    expect(summary('< icmp 3')).toBe("expected an ICMP type, found '3'");
    expect(summary('< udp 100')).toBe("expected '(' before the length of a UDP datagram, found '100'");
  });
});
