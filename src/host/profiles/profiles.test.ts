// What a host does differently by its profile.

import { expect, test } from 'vitest';
import { defaultConfig, rfc9293 } from '../../tcp/index.ts';
import { RST } from '../../wire/index.ts';
import { type Connection, Host, hostProfiles, type ProfileName } from '../index.ts';
import { Net, type NetHostOptions } from '../testing.ts';

/** When SYNs go that nobody answers, in seconds, and when the user is told ETIMEDOUT. */
async function unanswered(options: NetHostOptions): Promise<{ syns: number[]; endS: number }> {
  const net = new Net();
  const { a, wire } = net.pair({ delayUs: 1000 }, options);
  wire.partition(true);
  const syns: number[] = [];
  a.tap = { segmentOut: () => void syns.push(Math.round(net.world.now() / 1e6)) };
  const opening = a.connect({ address: '10.0.0.2', port: 80 });
  await expect(net.run(opening)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  return { syns, endS: Math.round(net.world.now() / 1e6) };
}

test('rfc: the RTO of a SYN doubles with every retransmission, R2 is three minutes (RFC 6298 5.5, MUST-23)', async () => {
  expect(await unanswered({})).toEqual({ syns: [0, 1, 3, 7, 15, 31, 63, 127], endS: 180 });
});

test('linux: the first four retransmissions of a SYN are a second apart, then they back off; R2 is 131 s', async () => {
  const expected = { syns: [0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 67], endS: 131 };
  expect(await unanswered({ profile: 'linux' })).toEqual(expected);
});

test('linux: the linear timeouts are of SYN-SENT alone, a SYN,ACK backs off', async () => {
  const net = new Net();
  const { a, b } = net.pair({ delayUs: 1000 }, {}, { profile: 'linux' });
  b.listen({ port: 80 });
  const synAcks: number[] = [];
  b.tap = { segmentOut: () => void synAcks.push(Math.round(net.world.now() / 1e6)) };
  const c = a.open({ address: '10.0.0.2', port: 80 });
  a.interfaces[1]?.attach((off, len) => a.memory.free(off, len)); // nothing of a arrives after its SYN
  await net.pass(100e6);
  c.abort();
  expect(synAcks).toEqual([0, 1, 3, 7, 15, 31]);
});

test('linux: a SYN,ACK that answers within a millisecond is taken, whichever tick of the clock it passes', async () => {
  const resets: number[] = [];
  for (let phaseUs = 0; phaseUs < 1000; phaseUs += 50) {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 100 }, { profile: 'linux' }, { profile: 'linux' });
    b.listen({ port: 80, handler: {} });
    await net.pass(phaseUs);
    a.tap = { segmentOut: (_, seg) => void ((seg.ctl & RST) !== 0 && resets.push(phaseUs)) };
    const before = net.world.now();
    await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
    expect(net.world.now() - before).toBeLessThan(2000);
  }
  expect(resets).toEqual([]);
});

test('freebsd: SYNs back off from the first one on, each but the first 0.2 s later still, for 75 s', async () => {
  expect(await unanswered({ profile: 'freebsd' })).toEqual({ syns: [0, 1, 3, 7, 16, 32, 64], endS: 75 });
});

test('tcp is set on top of a profile, and other rules take the place of its rules', async () => {
  const tcp = { synR2Ms: 12_000, initialRtoMs: 2000 };
  expect(await unanswered({ profile: 'linux', tcp })).toEqual({ syns: [0, 2, 4, 6, 8, 10], endS: 12 });
  const rules = { ...rfc9293 };
  const { syns } = await unanswered({ profile: 'linux', rules });
  expect(syns).toEqual([0, 1, 3, 7, 15, 31, 63, 127]);
});

test('rfc is the profile of a host that was told none: the defaults of TCP and the rules of RFC 9293', () => {
  const { tcp, rules } = hostProfiles.rfc;
  expect({ ...tcp }).toEqual(defaultConfig);
  expect(rules).toBe(rfc9293);
  const net = new Net();
  const host = net.host('a', []);
  expect([host.profile, host.tcp.config, host.tcp.engine.rules]).toEqual(['rfc', defaultConfig, rfc9293]);
});

test.each(Object.keys(hostProfiles) as ProfileName[])(
  '%s: a host has its settings, and every choice a source',
  (name) => {
    const { tcp, rules, sources } = hostProfiles[name];
    const host = new Net().host('a', [], { profile: name });
    expect(host.tcp.config).toEqual({ ...defaultConfig, ...tcp });
    const changed = Object.keys(rfc9293).filter(
      (rule) => rules[rule as keyof typeof rules] !== rfc9293[rule as keyof typeof rules],
    );
    expect([...sources.keys()].sort()).toEqual([...Object.keys(tcp), ...changed].sort());
    for (const source of sources.values()) expect(source).toMatch(/\w{3}/);
  },
);

test.each([
  ['linux', 65_536, 6_291_456, 4_194_304, 4_194_304],
  ['freebsd', 65_536, 2_097_152, 23 * 1460, 2_097_152], // 32768, in whole segments
] as const)(
  '%s: buffers grow by themselves, up to its own largest',
  async (profile, receive, receiveMax, send, sendMax) => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 100_000 }, { profile }, { profile });
    b.listen({ port: 80, handler: { readable: (c) => void c.discard() } });
    const c = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
    const [peer] = b.connections;
    expect(c.tcb.snd.buf).toBe(send);
    expect(peer?.tcb.rcv.buf).toBeGreaterThanOrEqual(receive);
    expect(peer?.tcb.rcv.buf).toBeLessThan(receive + 1460);
    await net.run(c.write(new Uint8Array(20_000_000)));
    // Linux counts memory, of which not all is text.
    const most = peer?.tcb.memory?.limit ?? peer?.tcb.rcv.buf;
    expect([c.tcb.snd.buf, most]).toEqual([sendMax, receiveMax]);
  },
);

test('a name that is none is refused', () => {
  expect(() => new Host({ profile: 'windows' as ProfileName })).toThrow(/profile must be .*linux/);
});

test('freebsd: a close while something is unread delivers what was written, and a FIN', async () => {
  const net = new Net();
  const { a, b } = net.pair({ delayUs: 10_000 }, { profile: 'freebsd' }, { profile: 'freebsd' });
  let octets = 0;
  const handler = { readable: (c: Connection) => void (octets += c.discard()) };
  b.listen({ port: 80, handler });
  const c = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
  const [peer] = b.connections;
  await net.run(peer?.write(new Uint8Array(10)) ?? Promise.resolve());
  await net.pass(100_000);
  const written = c.write(new Uint8Array(200_000));
  expect([c.readableLength, c.tcb.snd.buf < 200_000]).toEqual([10, true]);
  c.close();
  await net.run(written);
  await net.pass(1_000_000);
  expect([octets, peer?.state]).toEqual([200_000, 'CLOSE-WAIT']);
});
