import { describe, expect, it } from 'vitest';
import { Switch } from '../sim/index.ts';
import { IPPROTO_UDP, Malformed } from '../wire/index.ts';
import type { Host, HostInterface } from './index.ts';
import { ipPacket, Net, octets, port, RawPort, readAll, sendAndEnd, thrown, udpBytes } from './testing.ts';

const OURS = [2, 0, 0, 0, 0, 2];
const THEIRS = [2, 0, 0, 0, 0, 1];
const ALL = [255, 255, 255, 255, 255, 255];

/** A host with 10.0.0.2 on its port and 10.7.0.2, fd07::2 in VLAN 7. */
function tagged(): { net: Net; host: Host; vlan: HostInterface; raw: RawPort; heard: string[] } {
  const net = new Net();
  const host = net.host('b', ['10.0.0.2/24', 'fd00::2/64'], {
    iface: { kind: 'ethernet', mac: '02:00:00:00:00:02' },
  });
  const vlan = host.addInterface({
    vlan: { port: port(host), id: 7 },
    addresses: ['10.7.0.2/24', 'fd07::2/64'],
  });
  const heard: string[] = [];
  host.udp({ port: 53, onMessage: (m) => void heard.push(m.localAddress) });
  return { net, host, vlan, raw: new RawPort(net, host), heard };
}

const tag = (tci: number): number[] => [0x81, 0, tci >> 8, tci & 255];
const datagram = (src: string, dst: string): Uint8Array =>
  ipPacket(new Net(), IPPROTO_UDP, src, dst, udpBytes(new Net(), src, dst, 9, 53, octets(4)));
const frame = (between: number[], payload: Uint8Array | number[], dst = OURS): Uint8Array =>
  new Uint8Array([...dst, ...THEIRS, ...between, ...payload]);

describe('IEEE 802.1Q', () => {
  it('a frame with a tag belongs to the interface of its VLAN, one without to the port, one of another VLAN to nobody', () => {
    const { raw, host, heard, vlan } = tagged();
    raw.send(frame([...tag(7), 8, 0], datagram('10.7.0.1', '10.7.0.2')));
    raw.send(frame([...tag(0xe007), 0x86, 0xdd], datagram('fd07::1', 'fd07::2'))); // priority 7
    raw.send(frame([8, 0], datagram('10.0.0.1', '10.0.0.2')));
    expect(heard).toEqual(['10.7.0.2', 'fd07::2', '10.0.0.2']);
    for (const id of [1, 8, 4095]) raw.send(frame([...tag(id), 8, 0], datagram('10.7.0.1', '10.7.0.2')));
    expect([heard.length, host.counters.notForUs, vlan.name]).toEqual([3, 3, 'b0.7']);
  });

  it('VLAN 0 is a priority and no VLAN: the frame is the port’s', () => {
    const { raw, heard } = tagged();
    raw.send(frame([...tag(0xa000), 8, 0], datagram('10.0.0.1', '10.0.0.2')));
    expect(heard).toEqual(['10.0.0.2']);
  });

  it('ARP and neighbour discovery ask, answer and learn within the VLAN; frames go out with its tag', () => {
    const { raw, host } = tagged();
    const socket = host.udp();
    const out = (): number[][] => raw.frames.splice(0).map((f) => [...f]);
    socket.send(octets(4), '10.7.0.1', 9);
    const [ask] = out() as [number[]];
    expect(ask.slice(0, 18)).toEqual([...ALL, ...OURS, ...tag(7), 8, 6]);
    expect(ask.slice(32, 36)).toEqual([10, 7, 0, 2]);
    const reply = [0, 1, 8, 0, 6, 4, 0, 2, ...THEIRS, 10, 7, 0, 1, ...OURS, 10, 7, 0, 2];
    raw.send(frame([8, 6], reply)); // outside of the VLAN: not the answer
    expect(out()).toEqual([]);
    raw.send(frame([...tag(7), 8, 6], reply));
    expect(out().map((f) => f.slice(0, 20))).toEqual([[...THEIRS, ...OURS, ...tag(7), 8, 0, 0x45, 0]]);
    socket.send(octets(4), 'fd07::1', 9);
    expect(out().map((f) => f.slice(0, 18))).toEqual([
      [0x33, 0x33, 0xff, 0, 0, 1, ...OURS, ...tag(7), 0x86, 0xdd],
    ]);
    const request = [0, 1, 8, 0, 6, 4, 0, 1, ...THEIRS, 10, 7, 0, 1, 0, 0, 0, 0, 0, 0, 10, 7, 0, 2];
    raw.send(frame([8, 6], request, ALL));
    expect(out()).toEqual([]);
    raw.send(frame([...tag(7), 8, 6], request, ALL));
    expect(out().map((f) => f.slice(0, 18))).toEqual([[...THEIRS, ...OURS, ...tag(7), 8, 6]]);
  });

  it('two hosts on a switch speak TCP in a VLAN, and a router forwards between VLANs without a copy', async () => {
    const net = new Net();
    const box = new Switch(net.world);
    const host = (name: string, last: number, id: number, address: string): Host => {
      const h = net.host(name, [], { iface: { kind: 'ethernet', mac: `02:00:00:00:00:0${last}` } });
      h.addInterface({ vlan: { port: port(h), id }, addresses: [`${address}/24`] });
      box.connect(port(h), { delayUs: 100 });
      return h;
    };
    const a = host('a', 1, 7, '10.7.0.1');
    const b = host('b', 2, 7, '10.7.0.2');
    const c = host('c', 3, 8, '10.8.0.3');
    const router = net.host('router', [], {
      iface: { kind: 'ethernet', mac: '02:00:00:00:00:09' },
      forwarding: true,
    });
    for (const id of [7, 8])
      router.addInterface({ vlan: { port: port(router), id }, addresses: [`10.${id}.0.9/24`] });
    box.connect(port(router), { delayUs: 100 });
    a.addRoute('default', a.interfaces[2] as HostInterface, '10.7.0.9');
    c.addRoute('default', c.interfaces[2] as HostInterface, '10.8.0.9');
    for (const [server, address] of [
      [b, '10.7.0.2'],
      [c, '10.8.0.3'],
    ] as const) {
      const listener = server.listen({ port: 80 });
      const client = await net.run(a.connect({ address, port: 80 }));
      const s = await net.run(listener.accept());
      sendAndEnd(client, octets(50_000));
      expect(await net.run(readAll(s))).toEqual(octets(50_000));
      s.close();
    }
    expect(router.counters.forwarded).toBeGreaterThan(40);
  });

  it('an interface for a VLAN is refused where it cannot be', () => {
    const { host, vlan } = tagged();
    const lo = host.interfaces[0] as HostInterface;
    const add = (options: object): string => thrown(() => host.addInterface(options));
    expect(add({ vlan: { port: lo, id: 7 } })).toBe('ERR_OUT_OF_RANGE');
    expect(add({ vlan: { port: vlan, id: 8 } })).toBe('ERR_OUT_OF_RANGE');
    expect(add({ vlan: { port: port(host), id: 7 } })).toBe('ERR_OUT_OF_RANGE');
    for (const id of [0, 4095]) expect(add({ vlan: { port: port(host), id } })).toBe('ERR_OUT_OF_RANGE');
    expect(add({ vlan: { port: port(host), id: 8 }, kind: 'ip' })).toBe('ERR_OUT_OF_RANGE');
    expect(add({ vlan: { port: port(host), id: 8 }, mtu: 1501 })).toBe('ERR_OUT_OF_RANGE');
    expect(add({ vlan: { port: port(host), id: 8 } })).toBe('ok');
  });
});

describe('RFC 1042', () => {
  const snap = (type: [number, number], payload: Uint8Array, llc = [0xaa, 0xaa, 3, 0, 0, 0]): number[] => {
    const length = llc.length + 2 + payload.length;
    return [length >> 8, length & 255, ...llc, ...type, ...payload];
  };

  it('an IEEE 802.3 frame with LLC and SNAP is taken like the one of Ethernet II, its padding apart', () => {
    const { raw, heard } = tagged();
    const packet = datagram('10.0.0.1', '10.0.0.2');
    raw.send(frame(snap([8, 0], packet), new Array<number>(20).fill(0)));
    raw.send(frame(snap([0x86, 0xdd], datagram('fd00::1', 'fd00::2')), []));
    raw.send(frame([...tag(7), ...snap([8, 0], datagram('10.7.0.1', '10.7.0.2'))], []));
    expect(heard).toEqual(['10.0.0.2', 'fd00::2', '10.7.0.2']);
  });

  it('other LLC, another organization, and lengths beyond the frame are dropped and counted', () => {
    const { raw, host, heard } = tagged();
    const packet = datagram('10.0.0.1', '10.0.0.2');
    raw.send(frame(snap([8, 0], packet, [0x42, 0x42, 3, 0, 0, 0]), []));
    raw.send(frame(snap([8, 0], packet, [0xaa, 0xaa, 3, 0, 0, 0xf8]), []));
    const long = frame(snap([8, 0], packet), []);
    long[13] = (long[13] as number) + 1;
    raw.send(long);
    raw.send(frame([0, 7, 0xaa, 0xaa, 3, 0, 0, 0, 8], []));
    raw.send(frame([0, 8, 0xaa, 0xaa, 3, 0, 0, 0, 8], [])); // a length that ends in the type
    const { malformed } = host.counters;
    expect([heard, malformed[Malformed.ETHERNET_LENGTH_FIELD], malformed[Malformed.TRUNCATED]]).toEqual([
      [],
      3,
      2,
    ]);
  });
});
