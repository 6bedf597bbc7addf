import { expect, test } from 'vitest';
import { Memory, writeIpv4Header } from '../../wire/index.ts';
import { type Device, Host, type HostInterface } from '../index.ts';
import { codeOf, Net, octets, port, readAll, sendAndEnd, unhandled } from '../testing.ts';

/** A device whose sent packets the test sees. */
class TestDevice implements Device {
  readonly kind: 'ip' | 'ethernet';
  readonly mtu: number;
  onreceive: ((packet: Uint8Array) => void) | null = null;
  onclose: ((error: Error | null) => void) | null = null;
  sent: Uint8Array[] = [];
  calls: string[] = [];
  to: ((packet: Uint8Array) => void) | null = null;

  constructor(kind: 'ip' | 'ethernet' = 'ip', mtu = 1500) {
    this.kind = kind;
    this.mtu = mtu;
  }
  send(packet: Uint8Array): void {
    if (this.to === null) this.sent.push(packet);
    else this.to(packet);
  }
  close(): void {
    this.calls.push('close');
  }
  ref(): void {
    this.calls.push('ref');
  }
  unref(): void {
    this.calls.push('unref');
  }
}

/** Two hosts of a world whose devices pass packets on at once, from within `send`. */
function joined(net: Net, kind: 'ip' | 'ethernet' = 'ip') {
  const left = new TestDevice(kind);
  const right = new TestDevice(kind);
  left.to = (packet) => right.onreceive?.(packet);
  right.to = (packet) => left.onreceive?.(packet);
  const a = net.host('a', []);
  const b = net.host('b', []);
  return {
    a,
    b,
    left,
    right,
    ifaceA: a.attach(left, { addresses: ['192.0.2.1/24'] }),
    ifaceB: b.attach(right, { addresses: ['192.0.2.2/24'] }),
  };
}

const idle = { clock: { now: () => 0 }, random: () => 1 };

/** An IPv4 packet that nobody wants. */
function packet(len: number): Uint8Array {
  const memory = new Memory();
  const off = memory.alloc(len);
  writeIpv4Header(memory, off, len - 20, 1, 0, 64, 0, 99, 0xc0000202, 0xc0000201);
  return memory.u8.slice(off, off + len);
}

test.each(['ip', 'ethernet'] as const)(
  'two hosts on devices that deliver from within `send` (%s): a stream both ways, octet for octet',
  async (kind) => {
    const net = new Net();
    const { a, b } = joined(net, kind);
    const listener = b.listen({ port: 7 });
    const client = await net.run(a.connect({ address: '192.0.2.2', port: 7 }));
    const server = await net.run(listener.accept());
    const up = octets(300_000, 1);
    const down = octets(200_000, 2);
    const work = Promise.all([
      sendAndEnd(client, up),
      sendAndEnd(server, down),
      readAll(client),
      readAll(server),
    ]);
    const [, , atClient, atServer] = await net.run(work);
    expect(Buffer.compare(atClient, down)).toBe(0);
    expect(Buffer.compare(atServer, up)).toBe(0);
  },
);

test('a packet is the device’s own: alone in its buffer, and not changed by what the host does next', async () => {
  const net = new Net();
  const host = net.host('a', []);
  const device = new TestDevice();
  host.attach(device, { addresses: ['192.0.2.1/24'] });
  const udp = host.udp();
  udp.send(Uint8Array.of(1, 2, 3), '192.0.2.2', 9);
  udp.send(Uint8Array.of(4, 5, 6), '192.0.2.2', 9);
  expect(device.sent.map((p) => [p.length, p.byteOffset, p.buffer.byteLength])).toEqual([
    [31, 0, 31],
    [31, 0, 31],
  ]);
  expect(device.sent.map((p) => [...p.subarray(28)])).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ]);
});

test('a device that copies gets views: each packet whole while it is given, in a buffer that is not its own', () => {
  const net = new Net();
  const host = net.host('a', []);
  const seen: number[][] = [];
  const buffers = new Set<ArrayBufferLike>();
  const device = Object.assign(new TestDevice(), {
    sendView(packet: Uint8Array) {
      seen.push([...packet.subarray(28)]);
      buffers.add(packet.buffer);
    },
  });
  host.attach(device, { addresses: ['192.0.2.1/24'] });
  const udp = host.udp();
  udp.send(Uint8Array.of(1, 2, 3), '192.0.2.2', 9);
  udp.send(Uint8Array.of(4, 5, 6), '192.0.2.2', 9);
  expect(seen).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  expect([device.sent, buffers.size]).toEqual([[], 1]);
});

test('a device is refused where it is given: what it lacks, an mtu that no link has, another host’s', () => {
  const host = new Host(idle);
  const bad = (device: unknown) => () => host.attach(device as Device);
  expect(bad(null)).toThrow(/attach: device must be an object with kind, mtu, send and onreceive, not null/);
  expect(bad({ kind: 'tap' })).toThrow(/device.kind must be 'ip' or 'ethernet', not 'tap'/);
  expect(bad({ kind: 'ip', mtu: 67 })).toThrow(/device.mtu must be a whole number from 68 to 65535, not 67/);
  expect(bad({ kind: 'ip', mtu: 1500 })).toThrow(/device.send must be a function/);
  const device = new TestDevice();
  new Host(idle).attach(device);
  expect(bad(device)).toThrow(/set already: a device has one host/);
  expect(() => host.attach(new TestDevice('ip', 1000), { mtu: 1001 })).toThrow(
    /mtu must be at most 1000, the mtu of the device, not 1001/,
  );
  expect(host.interfaces.map(({ name }) => name)).toEqual(['lo']);
});

test('what is no octets is the device’s mistake; what is too long or empty is counted and dropped', () => {
  const host = new Host(idle);
  const device = new TestDevice('ethernet', 1500);
  const iface = host.attach(device);
  expect(() => device.onreceive?.('text' as unknown as Uint8Array)).toThrow(/onreceive: text is not octets/);
  device.onreceive?.(new Uint8Array(1500 + 19));
  device.onreceive?.(new Uint8Array(0));
  expect([iface.tooLong, iface.notTaken, host.wakeAt()]).toEqual([1, 1, Infinity]);
  device.onreceive?.(new Uint8Array(1500 + 18));
  expect([iface.tooLong, host.wakeAt()]).toEqual([1, 0]);
});

test('packets that the host does not take wait within bounds, in packets and in octets', () => {
  const memory = new Memory();
  const host = new Host({ ...idle, memory });
  const before = memory.used;
  const small = new TestDevice();
  const ifaceS = host.attach(small);
  for (let i = 0; i < 10_000; i++) small.onreceive?.(packet(20));
  expect(ifaceS.notTaken).toBe(10_000 - 8192);
  const large = new TestDevice('ip', 65_535);
  const ifaceL = host.attach(large);
  for (let i = 0; i < 100; i++) large.onreceive?.(packet(65_535));
  expect(ifaceL.notTaken).toBe(100 - 64);
  host.poll(0);
  expect([memory.used, host.counters.packetsIn]).toEqual([before, 8192 + 64]);
});

test('what `send` throws is reported, the packet lost, and the connection goes on', async () => {
  const net = new Net();
  const { a, b, left } = joined(net);
  const deliver = left.to;
  left.to = () => {
    left.to = deliver;
    throw new Error('cable on fire');
  };
  b.listen({ port: 7, handler: {} });
  const reported = await unhandled(async () => {
    const client = await net.run(a.connect({ address: '192.0.2.2', port: 7 }));
    expect([client.state, client.tcb.retransmissions]).toEqual(['ESTABLISHED', 1]);
  });
  expect(reported).toEqual([new Error('cable on fire')]);
});

test('a device that is detached is given back open; the interface goes on with another one', async () => {
  const net = new Net();
  const { a, b, left, right, ifaceA } = joined(net);
  b.listen({ port: 7, handler: { readable: (c) => void c.write(c.take() ?? new Uint8Array()) } });
  const client = await net.run(a.connect({ address: '192.0.2.2', port: 7 }));
  expect(a.detach(ifaceA)).toBe(left);
  expect([left.onreceive, left.onclose, left.calls, a.detach(ifaceA)]).toEqual([null, null, [], null]);
  await client.write(Uint8Array.of(1));
  expect(ifaceA.unsent).toBe(1);
  const again = new TestDevice();
  again.to = (p) => right.onreceive?.(p);
  right.to = (p) => again.onreceive?.(p);
  expect(() => a.reattach(ifaceA, new TestDevice('ethernet'))).toThrow(/kind/);
  a.reattach(ifaceA, again);
  expect(() => a.reattach(ifaceA, new TestDevice())).toThrow(/has a link/);
  expect(await net.run(client.read())).toEqual(Uint8Array.of(1));
});

test('the other side has gone: told once, after its last packets were taken; the interface has no link then', async () => {
  const net = new Net();
  const host = net.host('a', []);
  const device = new TestDevice();
  const closed: (Error | null)[] = [];
  const iface = host.attach(device, { onClose: (error) => void closed.push(error) });
  const { onclose } = device;
  device.onreceive?.(packet(20));
  onclose?.(new Error('far side'));
  onclose?.(null);
  expect(closed).toEqual([]);
  await net.rest();
  expect([closed, host.counters.packetsIn]).toEqual([[new Error('far side')], 1]);
  expect([device.onreceive, host.detach(iface)]).toEqual([null, null]);
});

test('autoconfiguration begins with the device: a link-local address is made, asked for, and used (RFC 4862)', async () => {
  const net = new Net();
  const host = net.host('a', []);
  const device = new TestDevice('ethernet');
  device.to = (frame) => device.sent.push(frame);
  const iface = host.attach(device, { autoconfigure: true });
  await net.pass(5_000_000);
  expect(device.sent.length).toBeGreaterThan(0);
  expect(iface.addresses.map(({ address }) => String(address))).toEqual([expect.stringMatching(/^fe80::/)]);
  expect(() => host.attach(new TestDevice('ethernet'), { vlan: { port: iface, id: 5 } } as never)).toThrow(
    /there is no option 'vlan'/,
  );
  host.removeInterface(iface);
});

test('unref and ref go on to the devices, those that come later included', () => {
  const host = new Host(idle);
  const first = new TestDevice();
  const second = new TestDevice();
  host.attach(first);
  host.unref();
  host.attach(second);
  host.ref();
  expect([first.calls, second.calls]).toEqual([
    ['unref', 'ref'],
    ['unref', 'ref'],
  ]);
});

test('a connection over a device that went fails as over a cable that was pulled', async () => {
  const net = new Net();
  const { a, ifaceA } = joined(net);
  a.detach(ifaceA as HostInterface);
  expect(await net.run(codeOf(a.connect({ address: '192.0.2.2', port: 7 })))).toBe('ETIMEDOUT');
  expect(port(a).name).toBe('a0');
});
