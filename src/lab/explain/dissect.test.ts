import { describe, expect, test } from 'vitest';
import { dissect, type Field, fieldsAt, octetsOf } from './dissect.ts';
import { fieldsById, ipv4Fields, ipv6Fields, tcpFields } from './fields.ts';
import { CONNECT, run, sending } from './testing.ts';

const trace = run([CONNECT, { when: 100, do: 'write', end: 'left', what: 'hello' }]);

function packet(index: number): Uint8Array {
  const event = trace.events[index];
  if (event?.kind !== 'sent' || event.packet === undefined) throw new Error('no packet');
  return octetsOf(event.packet);
}

/** The first field with an id, at any depth. */
function find(fields: readonly Field[], id: string): Field | undefined {
  for (const field of fields) {
    const found = field.info.id === id ? field : find(field.children, id);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Bits that no field of the outermost level covers, and fields that reach beyond the packet. */
function uncovered(fields: readonly Field[], octets: number): number {
  let at = 0;
  for (const { bit, bits } of fields) {
    if (bit !== at) return at;
    at = bit + bits;
  }
  return octets * 8 - at;
}

describe('the headers as tables', () => {
  test('the fixed fields of each header follow each other without a gap', () => {
    for (const [fields, bits] of [
      [tcpFields, 160],
      [ipv4Fields, 160],
      [ipv6Fields, 320],
    ] as const) {
      let at = 0;
      for (const field of fields) {
        if (field.bit === null || field.id.startsWith('tcp.flags.')) continue;
        expect([field.id, field.bit]).toEqual([field.id, at]);
        at += field.bits as number;
      }
      expect(at).toBe(bits);
    }
  });

  test('every field has a section of an RFC', () => {
    for (const { id, section } of fieldsById.values())
      expect([id, section]).toEqual([id, expect.stringMatching(/^RFC \d+/)]);
  });
});

describe('a SYN', () => {
  const fields = dissect(packet(sending(trace, 'left', 'SYN')));

  test('addresses, ports, flags and options are what was sent', () => {
    expect(fields.map(({ info }) => info.id)).toEqual(['ip4', 'tcp']);
    expect(find(fields, 'ip4.src')?.value).toBe(trace.ends.left.address);
    expect(find(fields, 'tcp.dstPort')?.value).toBe(String(trace.ends.right.port));
    expect(find(fields, 'tcp.flags')).toMatchObject({ raw: 2, value: 'SYN' });
    expect(find(fields, 'tcp.flags.syn')?.raw).toBe(1);
    expect(find(fields, 'tcp.flags.ack')?.raw).toBe(0);
    expect(find(fields, 'tcp.option.mss')?.value).toBe('1460');
    expect(find(fields, 'tcp.option.windowScale')?.value).toBe('7 (× 128)');
  });

  test('every bit belongs to a field', () => {
    expect(uncovered(fields, packet(sending(trace, 'left', 'SYN')).length)).toBe(0);
    const tcp = fields[1] as Field;
    let at = tcp.bit;
    for (const { bit, bits } of tcp.children) {
      expect(bit).toBe(at);
      at = bit + bits;
    }
    expect(at).toBe(tcp.bit + tcp.bits);
  });

  test('an octet is found with all that is around it', () => {
    expect(fieldsAt(fields, 33).map(({ info }) => info.id)).toEqual(['tcp', 'tcp.flags', 'tcp.flags.cwr']);
    expect(fieldsAt(fields, 24).map(({ info }) => info.id)).toEqual(['tcp', 'tcp.seq']);
    expect(fieldsAt(fields, 5000)).toEqual([]);
  });
});

test('text stands behind the header; numbers count from a base when one is given', () => {
  const index = sending(trace, 'left', 'PSH,ACK');
  const syn = trace.events[sending(trace, 'left', 'SYN')];
  if (syn?.kind !== 'sent') throw new Error('no SYN');
  const fields = dissect(packet(index), { seq: syn.segment.seq });
  expect(find(fields, 'tcp.text')?.value).toBe('68 65 6c 6c 6f');
  expect(find(fields, 'tcp.seq')?.relative).toBe(1);
  expect(find(fields, 'tcp.ack')?.relative).toBeNull();
});

describe('what is not as it should be', () => {
  const syn = packet(sending(trace, 'left', 'SYN'));
  const changed = (at: number, octet: number): Uint8Array => {
    const copy = syn.slice();
    copy[at] = octet;
    return copy;
  };

  test('an unknown option is shown as such, with its kind', () => {
    const fields = dissect(changed(40, 99));
    expect(find(fields, 'tcp.option.unknown')?.value).toBe('99: 05 b4');
  });

  test('an option with a length that is not its own is unknown; one beyond the header is malformed', () => {
    expect(find(dissect(changed(41, 3)), 'tcp.option.unknown')).toBeDefined();
    expect(find(dissect(changed(41, 200)), 'malformed')?.bit).toBe(40 * 8);
    expect(find(dissect(changed(41, 0)), 'malformed')?.bit).toBe(40 * 8);
  });

  test('a data offset below 5 or beyond the packet is malformed', () => {
    for (const octet of [0x10, 0xf0]) expect(find(dissect(changed(32, octet)), 'malformed')).toBeDefined();
  });

  test('any octets, cut anywhere, are taken apart without an error and within the packet', () => {
    let state = 7;
    const random = (): number => (state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff) >> 8;
    const inside = (fields: readonly Field[], bits: number): boolean =>
      fields.every((f) => f.bit >= 0 && f.bit + f.bits <= bits && inside(f.children, bits));
    for (let n = 0; n < 3000; n++) {
      const octets =
        n % 2 === 0 ? syn.slice(0, random() % (syn.length + 1)) : new Uint8Array(random() % 120).map(random);
      for (let k = random() % 4; k > 0 && octets.length > 0; k--) octets[random() % octets.length] = random();
      if (n % 3 === 0 && octets.length > 0) octets[0] = 0x60 | (random() & 15);
      const fields = dissect(octets);
      expect(inside(fields, octets.length * 8)).toBe(true);
      if (octets.length > 0) expect(fields.length).toBeGreaterThan(0);
    }
  });

  test('nothing, and what is no IP at all', () => {
    expect(dissect(new Uint8Array(0))).toEqual([]);
    expect(dissect(Uint8Array.of(0x10, 2)).map(({ info }) => info.id)).toEqual(['malformed']);
    expect([...octetsOf('45 00')]).toEqual([0x45]);
    expect([...octetsOf('4500zz')]).toEqual([0x45, 0]);
  });
});

test('IPv6: addresses are shortened, an extension header is passed', () => {
  const v6 = new Uint8Array(40 + 8 + 20);
  v6.set([0x60, 0, 0, 0, 0, 28, 0, 64]);
  v6.set([0x20, 0x01, 0x0d, 0xb8], 8);
  v6[23] = 1;
  v6[39] = 1;
  v6[40] = 6;
  v6.set([0, 80, 1, 187], 48);
  v6[60] = 0x50;
  v6[61] = 0x12;
  const fields = dissect(v6);
  expect(fields.map(({ info }) => info.id)).toEqual(['ip6', 'ip6.extension', 'tcp']);
  expect(find(fields, 'ip6.src')?.value).toBe('2001:db8::1');
  expect(find(fields, 'ip6.dst')?.value).toBe('::1');
  expect(find(fields, 'tcp.flags')?.value).toBe('SYN,ACK');
});
