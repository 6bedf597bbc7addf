import { expect, test } from 'vitest';
import { Frame } from '../read/index.ts';
import { ethernet, octets, packet, word } from '../testing.ts';
import { PacketDecoder, PacketKind, Sum } from './index.ts';

const way = '10.0.0.1:40000 > 10.0.0.2:80';
const syn = packet({ way, flags: 'SYN', seq: 7, mss: 1460, wscale: 7, sackOk: true, ts: [5, 0] });
const big = packet({ way, flags: 'PSH,ACK', seq: 8, ack: 9, text: 2000 });

function frame(data: Uint8Array, linkType: number, wire = data.length): Frame {
  const made = new Frame();
  made.data = data;
  made.length = data.length;
  made.originalLength = wire;
  made.iface = { id: 0, linkType, snapLen: 0, name: '', description: '', dropped: 0 };
  return made;
}

function decode(data: Uint8Array, linkType: number, wire?: number, decoder = new PacketDecoder()) {
  const kind = decoder.decode(frame(data, linkType, wire));
  return { kind, decoder };
}

/** An IPv4 header of 20 octets around something. */
function ipv4(protocol: number, inside: Uint8Array, flagsFrag = 0): Uint8Array {
  const header = packet({ way: '192.0.2.1:1 > 192.0.2.2:2', flags: 'ACK' }).slice(0, 20);
  const dv = new DataView(header.buffer);
  dv.setUint16(2, 20 + inside.length);
  dv.setUint16(6, flagsFrag);
  dv.setUint8(9, protocol);
  return octets(header, inside);
}

const udp = (port: number, inside: Uint8Array): Uint8Array =>
  ipv4(
    17,
    octets(word(5000, 2, false), word(port, 2, false), word(8 + inside.length, 2, false), 0, 0, inside),
  );
const six = packet({ way: '[2001:db8::1]:40000 > [2001:db8::2]:80', flags: 'SYN', seq: 7 });
const eth = ethernet(syn);

test.each<[string, number, Uint8Array]>([
  ['Ethernet', 1, eth],
  ['Ethernet with IPv6', 1, ethernet(six)],
  ['VLAN', 1, ethernet(syn, [0x81, 0, 0, 5])],
  ['QinQ', 1, ethernet(syn, [0x88, 0xa8, 0, 5, 0x81, 0, 0, 6])],
  ['SNAP', 1, octets(eth.slice(0, 12), 0, 68, [0xaa, 0xaa, 3, 0, 0, 0, 8, 0], syn)],
  ['PPPoE', 1, octets(eth.slice(0, 12), [0x88, 0x64, 0x11, 0, 0, 1, 0, 62], [0, 0x21], syn)],
  ['MPLS', 1, octets(eth.slice(0, 12), [0x88, 0x47, 0, 1, 0, 64, 0, 2, 1, 64], syn)],
  ['cooked', 113, octets(new Uint8Array(14), [8, 0], syn)],
  ['cooked, version 2', 276, octets([8, 0], new Uint8Array(18), syn)],
  ['loopback of BSD', 0, octets([2, 0, 0, 0], syn)],
  ['loopback of OpenBSD', 108, octets([0, 0, 0, 2], syn)],
  ['raw IP', 101, syn],
  ['raw IPv6', 229, six],
  ['PPP', 9, octets([0xff, 3, 0, 0x21], syn)],
  ['VXLAN', 101, udp(4789, octets([8, 0, 0, 0, 0, 0, 1, 0], eth))],
  ['Geneve with an option', 101, udp(6081, octets([1, 0, 0x65, 0x58, 0, 0, 1, 0], [0, 0, 0, 0], eth))],
  ['Geneve of IP', 101, udp(6081, octets([0, 0, 8, 0, 0, 0, 1, 0], syn))],
  ['GRE with a key', 101, ipv4(47, octets([0x20, 0, 8, 0], [0, 0, 0, 9], syn))],
  ['GRE of Ethernet', 101, ipv4(47, octets([0, 0, 0x65, 0x58], eth))],
  ['IP in IP', 101, ipv4(4, syn)],
  ['IPv6 in IPv4', 101, ipv4(41, six)],
])('a SYN in %s', (_, linkType, data) => {
  const { kind, decoder } = decode(data, linkType);
  expect(kind).toBe(PacketKind.TCP);
  expect(decoder.segment).toMatchObject({ srcPort: 40_000, dstPort: 80, seq: 7, ctl: 2 });
  expect(decoder.textLength).toBe(0);
  expect(decoder.sum).toBe(Sum.RIGHT);
});

test('a snap length cuts text, options or the fixed header: the length on the wire is known all the same', () => {
  const full = decode(big, 101).decoder;
  expect([full.textLength, full.cut]).toEqual([2000, false]);
  const text = decode(big.slice(0, 96), 101, big.length).decoder;
  expect([text.textLength, text.cut, text.sum]).toEqual([2000, true, Sum.UNKNOWN]);
  const options = decode(syn.slice(0, 44), 101, syn.length).decoder;
  expect([options.optionsUnknown, options.segment.seq, options.textLength]).toEqual([true, 7, 0]);
  expect(decode(syn.slice(0, 34), 101, syn.length).decoder.segment.ctl).toBe(2);
  expect(decode(syn.slice(0, 30), 101, syn.length).kind).toBe(PacketKind.SHORT);
});

test('a checksum that a card was to complete is told from a wrong one', () => {
  expect(decode(packet({ way, flags: 'ACK', partial: true }), 101).decoder.sum).toBe(Sum.PARTIAL);
  const wrong = packet({ way, flags: 'ACK' });
  wrong[30] = 1 ^ (wrong[30] as number);
  expect(decode(wrong, 101).decoder.sum).toBe(Sum.WRONG);
});

test('a super-segment whose length field is 0 has the length of its frame', () => {
  const data = big.slice();
  new DataView(data.buffer).setUint16(2, 0);
  expect(decode(data, 101).decoder.textLength).toBe(2000);
});

test('fragments: the last one to come has the segment', () => {
  const decoder = new PacketDecoder();
  const inside = big.slice(20);
  const first = ipv4(6, inside.slice(0, 1200), 0x2000);
  const last = ipv4(6, inside.slice(1200), 150);
  expect(decode(last, 101, undefined, decoder).kind).toBe(PacketKind.FRAGMENT);
  expect(decode(first, 101, undefined, decoder).kind).toBe(PacketKind.TCP);
  expect(decoder).toMatchObject({ textLength: 2000, reassembled: true });
});

test('an ICMP error says which segment it is about', () => {
  const error = ipv4(1, octets([3, 4, 0, 0, 0, 0], word(1400, 2, false), big.slice(0, 28)));
  const { kind, decoder } = decode(error, 101);
  expect(kind).toBe(PacketKind.ICMP);
  expect(decoder.icmp).toMatchObject({ type: 3, code: 4, mtu: 1400 });
  expect(decoder.segment).toMatchObject({ srcPort: 40_000, dstPort: 80, seq: 8 });
});

test('what is no TCP is told as such', () => {
  expect(decode(udp(53, octets(1, 2, 3)), 101).kind).toBe(PacketKind.OTHER);
  expect(decode(octets(eth.slice(0, 12), [8, 6], new Uint8Array(28)), 1).kind).toBe(PacketKind.OTHER);
  expect(decode(syn, 9999).kind).toBe(PacketKind.UNKNOWN_LINK);
  expect(decode(octets(1, 2), 1).kind).toBe(PacketKind.SHORT);
});
