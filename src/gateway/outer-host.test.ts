import { describe, expect, it } from 'vitest';
import type { Host } from '../host/index.ts';
import { Net, octets, port, readAll, sendAndEnd } from '../host/testing.ts';
import { hostOuter } from './index.ts';
import { Site } from './testing.ts';

/** A guest, and a server outside: 203.0.113.1, reached by a host of its own over a wire with losses. */
function site(): { made: Site; guest: Host; server: Host; outside: Host } {
  const net = new Net();
  const outside = net.host('outside', ['203.0.113.2/24']);
  const server = net.host('server', ['203.0.113.1/24']);
  net.rewire(outside, server, { delayUs: 10_000, loss: 0.01 });
  outside.addRoute('default', port(outside), '203.0.113.1');
  const made = new Site({ outer: hostOuter(outside) }, net);
  return { made, guest: made.machine().host, server, outside };
}

describe('a host of synfin as the network outside', () => {
  it('a megabyte each way, each direction ended by itself; nothing is left on either side', async () => {
    const { made, guest, server, outside } = site();
    const listener = server.listen({ port: 80 });
    const c = await made.net.run(guest.connect({ address: '203.0.113.1', port: 80 }));
    const s = await made.net.run(listener.accept());
    sendAndEnd(c, octets(1_000_000));
    expect(await made.net.run(readAll(s))).toEqual(octets(1_000_000));
    sendAndEnd(s, octets(1_000_000, 5));
    expect(await made.net.run(readAll(c))).toEqual(octets(1_000_000, 5));
    await made.pass(130_000);
    expect([made.gateway.connections(), outside.tcp.size, made.gateway.host.tcp.size]).toEqual([[], 0, 0]);
  });

  it('refused is refused, a reset is a reset, both ways', async () => {
    const { made, guest, server } = site();
    await expect(made.net.run(guest.connect({ address: '203.0.113.1', port: 81 }))).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
    const listener = server.listen({ port: 80 });
    for (const who of ['guest', 'server'] as const) {
      const c = await made.net.run(guest.connect({ address: '203.0.113.1', port: 80 }));
      const s = await made.net.run(listener.accept());
      (who === 'guest' ? c : s).abort();
      const told = (who === 'guest' ? s : c).closed;
      await expect(made.net.run(told)).rejects.toMatchObject({ code: 'ECONNRESET' });
    }
  });

  it('who does not read stops the other side, over both connections', async () => {
    const { made, guest, server } = site();
    const listener = server.listen({ port: 80 });
    const c = await made.net.run(guest.connect({ address: '203.0.113.1', port: 80 }));
    const s = await made.net.run(listener.accept());
    void s.write(octets(40_000_000)).catch(() => {});
    await made.pass(60_000);
    const stopped = s.bytesWritten;
    await made.pass(60_000);
    expect([s.bytesWritten, stopped < 40_000_000]).toEqual([stopped, true]);
    let got = 0;
    while (got < 5_000_000) {
      got += c.discard();
      await made.pass(100);
    }
    expect(s.bytesWritten).toBeGreaterThan(stopped);
    c.abort();
    s.abort();
  });

  it('datagrams are answered, and refused by ICMP', async () => {
    const { made, guest, server } = site();
    const echo = server.udp({ port: 7, onMessage: (message, socket) => socket.reply(message, message.data) });
    const errors: string[] = [];
    const socket = guest.udp({ onError: ({ error }) => void errors.push(error.code) });
    for (let n = 0; n < 5; n++) socket.send(octets(3000).subarray(0, 1400), '203.0.113.1', 7);
    const message = await made.net.run(socket.receive({ timeout: 5000 }));
    expect(message).toMatchObject({ address: '203.0.113.1', port: 7 });
    for (let n = 0; n < 5; n++) socket.send(octets(3), '203.0.113.1', 8);
    await made.pass(1000);
    expect(errors[0]).toBe('ECONNREFUSED');
    echo.close();
  });

  it('a forward: who connects to the host outside reaches the guest; each direction ends by itself', async () => {
    const { made, guest, server } = site();
    const forward = await made.gateway.forward({ address: '203.0.113.2', port: 2222, guestPort: 22 });
    expect([forward.address, forward.port]).toEqual(['203.0.113.2', 2222]);
    const listener = guest.listen({ port: 22 });
    guest.open({ address: '203.0.113.1', port: 9 }).abort(); // it says where it is
    await made.pass(100);
    const c = await made.net.run(server.connect({ address: '203.0.113.2', port: 2222 }));
    sendAndEnd(c, octets(300_000));
    const g = await made.net.run(listener.accept());
    expect(await made.net.run(readAll(g))).toEqual(octets(300_000));
    sendAndEnd(g, octets(300_000, 5));
    expect(await made.net.run(readAll(c))).toEqual(octets(300_000, 5));
    await made.pass(130_000);
    expect([made.gateway.connections(), made.gateway.host.tcp.size]).toEqual([[], 0]);
    forward.close();
    await expect(made.net.run(server.connect({ address: '203.0.113.2', port: 2222 }))).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  });

  it('a forward to a guest that is not there is refused; one to a port where nobody listens, reset', async () => {
    const { made, guest, server } = site();
    await made.gateway.forward({ address: '203.0.113.2', port: 1, guest: 'nobody', guestPort: 22 });
    await made.gateway.forward({ address: '203.0.113.2', port: 2, guestPort: 22 });
    guest.open({ address: '203.0.113.1', port: 9 }).abort();
    await made.pass(100);
    await expect(made.net.run(server.connect({ address: '203.0.113.2', port: 1 }))).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
    const c = await made.net.run(server.connect({ address: '203.0.113.2', port: 2 }));
    await expect(made.net.run(c.closed)).rejects.toMatchObject({ code: 'ECONNRESET' });
    const taken = made.gateway.forward({ address: '203.0.113.2', port: 2, guestPort: 22 });
    await expect(taken).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('a forward of datagrams: each peer has its answers', async () => {
    const { made, guest, server } = site();
    guest.udp({ port: 53, onMessage: (message, socket) => socket.reply(message, message.data) });
    await made.gateway.forward({ protocol: 'udp', address: '203.0.113.2', port: 5353, guestPort: 53 });
    guest.open({ address: '203.0.113.1', port: 9 }).abort();
    await made.pass(100);
    for (const length of [10, 1000]) {
      const peer = server.udp();
      for (let n = 0; n < 5; n++) peer.send(octets(length), '203.0.113.2', 5353);
      const answer = await made.net.run(peer.receive({ timeout: 5000 }));
      expect(answer).toMatchObject({ data: octets(length), address: '203.0.113.2', port: 5353 });
    }
  });
});
