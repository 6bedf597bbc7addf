// Direct Sockets on the loopback of one host.

import { afterEach, expect, test } from 'vitest';
import { Host } from '../../../host/index.ts';
import { directSockets } from './index.ts';

const hosts: Host[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close({ timeoutMs: 100 })));
});

function sockets() {
  const host = new Host();
  hosts.push(host);
  return { host, ...directSockets(host) };
}
const encode = (text: string) => new TextEncoder().encode(text);
const decode = (octets: unknown) => new TextDecoder().decode(octets as Uint8Array);
const name = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    (error) => (error instanceof DOMException ? error.name : String(error)),
  );

test('a server is a stream of sockets; octets go both ways, a half-close is heard, both closed resolve', async () => {
  const { TCPServerSocket, TCPSocket } = sockets();
  const server = new TCPServerSocket('::');
  const { readable, localPort } = await server.opened;
  const socket = new TCPSocket('127.0.0.1', localPort, { noDelay: true, keepAliveDelay: 5000 });
  const accepting = readable.getReader();
  const there = (await accepting.read()).value;
  accepting.releaseLock();
  const [here, peer] = await Promise.all([socket.opened, there?.opened]);
  expect([here.remotePort, here.localPort]).toEqual([localPort, peer?.remotePort]);
  const writer = here.writable.getWriter();
  await writer.write(encode('ping') as never);
  void writer.close();
  let got = '';
  for await (const chunk of peer?.readable ?? []) got += decode(chunk);
  expect(got).toBe('ping');
  const answer = peer?.writable.getWriter();
  await answer?.write(encode('pong') as never);
  void answer?.close();
  for await (const chunk of here.readable) got += decode(chunk);
  expect(got).toBe('pingpong');
  await Promise.all([socket.closed, there?.closed]);
  await server.close();
  await server.closed;
  expect(await name(new TCPSocket('127.0.0.1', localPort).opened)).toBe('NetworkError');
});

test('0.0.0.0 is IPv4 alone, :: with ipv6Only is IPv6 alone', async () => {
  const { TCPServerSocket, TCPSocket } = sockets();
  const four = await new TCPServerSocket('0.0.0.0', { localPort: 80 }).opened;
  const six = await new TCPServerSocket('::', { localPort: 81, ipv6Only: true }).opened;
  expect([four.localPort, six.localPort]).toEqual([80, 81]);
  expect(await name(new TCPSocket('::1', 80).opened)).toBe('NetworkError');
  expect(await name(new TCPSocket('127.0.0.1', 81).opened)).toBe('NetworkError');
  expect(await name(new TCPSocket('::1', 81).opened)).toBe('none');
});

test('what fails is a NetworkError: a port that is taken, an address of others, a refusal, a name, a reset', async () => {
  const { host, TCPServerSocket, TCPSocket } = sockets();
  const listener = host.listen({ port: 80 });
  expect(await name(new TCPServerSocket('::', { localPort: 80 }).opened)).toBe('NetworkError');
  expect(await name(new TCPServerSocket('192.0.2.1').closed)).toBe('NetworkError');
  expect(await name(new TCPSocket('127.0.0.1', 9).closed)).toBe('NetworkError');
  expect(await name(new TCPSocket('nowhere.test', 80).opened)).toBe('NetworkError');
  expect(await name(new TCPSocket('127.0.0.1', 80, { dnsQueryType: 'ipv6' }).opened)).toBe('NetworkError');
  const socket = new TCPSocket('127.0.0.1', 80);
  const peer = await listener.accept();
  const { readable, writable } = await socket.opened;
  const reading = readable.getReader().read();
  peer.abort();
  expect(await name(reading)).toBe('NetworkError');
  expect(await name(writable.getWriter().closed)).toBe('NetworkError');
  expect(await name(socket.closed)).toBe('NetworkError');
});

test('close is an InvalidStateError before opened and while a stream is locked; then it sends what was written', async () => {
  const { host, TCPSocket, TCPServerSocket, UDPSocket } = sockets();
  const listener = host.listen({ port: 80 });
  for (const make of [
    () => new TCPSocket('127.0.0.1', 80),
    () => new TCPServerSocket('::'),
    () => new UDPSocket({ localAddress: '::' }),
  ]) {
    const each = make();
    expect(await name(each.close())).toBe('InvalidStateError');
    const { readable } = await each.opened;
    const reader = readable.getReader();
    expect(await name(each.close())).toBe('InvalidStateError');
    reader.releaseLock();
    if (!(each instanceof TCPSocket)) await each.close();
    else {
      const peer = await listener.accept();
      const { writable } = await each.opened;
      const writer = writable.getWriter();
      await writer.write(encode('last') as never);
      writer.releaseLock();
      await each.close();
      expect(decode(await peer.read())).toBe('last');
      expect(await peer.read()).toBe(null);
    }
    await each.closed;
  }
});

test('UDP: a bound socket names the ends of its messages, a connected one does not', async () => {
  const { UDPSocket } = sockets();
  const bound = new UDPSocket({ localAddress: '127.0.0.1', localPort: 53, receiveBufferSize: 65_536 });
  const server = await bound.opened;
  expect([server.localAddress, server.localPort]).toEqual(['127.0.0.1', 53]);
  const client = await new UDPSocket({ remoteAddress: '127.0.0.1', remotePort: 53 }).opened;
  const [asking, answering] = [client.writable.getWriter(), server.writable.getWriter()];
  const [asked, answered] = [server.readable.getReader(), client.readable.getReader()];
  await asking.write({ data: encode('who?') });
  const question = (await asked.read()).value;
  expect([decode(question?.data), question?.remoteAddress, question?.remotePort]).toEqual([
    'who?',
    '127.0.0.1',
    client.localPort,
  ]);
  await answering.write({ ...question, data: encode('me') } as never);
  expect(await answered.read()).toEqual({ done: false, value: { data: encode('me') } });
  await expect(asking.write({ data: encode('x'), remoteAddress: '::1', remotePort: 1 })).rejects.toThrow(
    TypeError,
  );
  await expect(answering.write({ data: encode('x') })).rejects.toThrow(TypeError);
  await asked.cancel();
  await expect(answering.closed).rejects.toThrow(TypeError); // of the message that named no end: that stream has ended
  await bound.closed; // both streams have ended
});

test('UDP: a datagram that is too long, and a port where nobody listens, are NetworkErrors', async () => {
  const { UDPSocket } = sockets();
  const long = await new UDPSocket({ remoteAddress: '127.0.0.1', remotePort: 53 }).opened;
  expect(await name(long.writable.getWriter().write({ data: new Uint8Array(66_000) }))).toBe('NetworkError');
  const nobody = await new UDPSocket({ remoteAddress: '127.0.0.1', remotePort: 9 }).opened;
  const reading = nobody.readable.getReader().read();
  await nobody.writable.getWriter().write({ data: encode('x') });
  expect(await name(reading)).toBe('NetworkError');
});

test('arguments that contradict each other are refused by the constructor', () => {
  const { TCPSocket, TCPServerSocket, UDPSocket } = sockets();
  for (const port of [0, 65_536, 1.5]) expect(() => new TCPSocket('127.0.0.1', port)).toThrow(TypeError);
  expect(() => new TCPSocket('', 80)).toThrow(TypeError);
  expect(() => new TCPSocket('::1', 80, { keepAliveDelay: 999 })).toThrow(RangeError);
  expect(() => new TCPServerSocket('127.0.0.1', { ipv6Only: true })).toThrow(TypeError);
  for (const wrong of [
    {},
    { remoteAddress: '::1' },
    { remotePort: 1 },
    { remoteAddress: '::1', remotePort: 1, localAddress: '::' },
    { remoteAddress: '::1', remotePort: 1, localPort: 1 },
    { localAddress: '0.0.0.0', ipv6Only: true },
  ])
    expect(() => new UDPSocket(wrong)).toThrow(TypeError);
});
