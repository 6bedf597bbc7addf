import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Host } from '../../../host/index.ts';
import { dnsOf } from '../host-dns.ts';
import { answerFrom, serveDns, type Zone } from './index.ts';
import { A, net, rightAnswer, SERVER, serverOf, timed } from './testing.ts';

describe('a question', () => {
  const zone: Zone = { 'y.example': A('10.0.0.5') };
  const ask = (client: Host, options: object = {}): Promise<string[]> => {
    const resolver = new (dnsOf(client).promises.Resolver)(options);
    return resolver.resolve4('y.example');
  };

  test('waits in rounds, each twice as long, up to `maxTimeout`', async () => {
    const { world, client, server } = net();
    const asked = serverOf(server, () => {});
    expect(await timed(world, ask(client, { timeout: 100, tries: 3 }))).toEqual([
      'queryA ETIMEOUT y.example',
      700,
    ]);
    expect(asked()).toBe(3);
    const limited = { timeout: 100, tries: 4, maxTimeout: 250 };
    expect(await timed(world, ask(client, limited))).toEqual([
      'queryA ETIMEOUT y.example',
      100 + 200 + 250 + 250,
    ]);
  });

  test('waits for its turn behind 256 others: those asked in one call, and one asked when a turn ends', async () => {
    const { world, client, server } = net();
    let most = 0;
    serveDns(server, {
      zone,
      delayMs: () => {
        most = Math.max(most, client.udpSockets.length);
        return 10;
      },
    });
    const resolver = new (dnsOf(client).promises.Resolver)();
    const twice = (): Promise<string[]> =>
      resolver.resolve4('y.example').then(() => resolver.resolve4('y.example'));
    const found = await world.settle(Promise.all(Array.from({ length: 600 }, twice)));
    expect(new Set(found.flat())).toEqual(new Set(['10.0.0.5']));
    expect(most).toBe(256);
    expect(client.udpSockets).toEqual([]);
  });

  test('goes to the next server where one is silent, fails or is not there', async () => {
    const { world, client, server } = net({
      servers: ['10.0.0.53:54', '10.0.0.53:55', '10.0.0.77', SERVER],
      timeoutMs: 100,
    });
    server.udp({ port: 54 });
    serveDns(server, { zone: { 'y.example': 'SERVFAIL' }, port: 55 });
    serveDns(server, { zone });
    const [found, ms] = await timed(world, ask(client));
    expect(found).toEqual(['10.0.0.5']);
    expect(ms).toBeGreaterThanOrEqual(200);
    expect(ms).toBeLessThan(300);
  });

  test('an answer that does not fit a datagram is asked for by TCP', async () => {
    const { world, client, server } = net();
    const many = Array.from({ length: 100 }, (_, i) => `10.1.0.${i + 1}`);
    serveDns(server, { zone: { 'y.example': A(...many) } });
    expect(await world.settle(ask(client))).toEqual(many);
    await world.run({ untilUs: world.now() + 1_000_000 });
    expect(client.connections).toEqual([]);
  });

  test('a truncated answer from a server without TCP is ECONNREFUSED; by one that says nothing, a timeout', async () => {
    const { world, client, server } = net({ timeoutMs: 100 });
    serverOf(server, (message, socket) =>
      socket.reply(message, answerFrom(zone, message.data, 12)?.octets as Uint8Array),
    );
    expect(await timed(world, ask(client, { tries: 2 }))).toEqual(['queryA ECONNREFUSED y.example', 4]);
    server.listen({ port: 53 });
    expect((await timed(world, ask(client, { tries: 1 })))[0]).toBe('queryA ETIMEOUT y.example');
    expect(client.connections).toEqual([]);
  });

  test('a server that does not know EDNS is asked again without it (RFC 6891 section 7)', async () => {
    const { world, client, server } = net();
    const asked = serverOf(server, (message, socket) => {
      const answer = rightAnswer(zone, message);
      const hasEdns = message.data[11] !== 0;
      // As old servers: the header alone, FORMERR.
      if (hasEdns)
        socket.reply(message, Uint8Array.of(...message.data.subarray(0, 2), 0x80, 1, 0, 0, 0, 0, 0, 0, 0, 0));
      else socket.reply(message, answer);
    });
    expect(await world.settle(ask(client))).toEqual(['10.0.0.5']);
    expect(asked()).toBe(2);
  });

  test('takes no answer with another id, to another question, or from another port or address (RFC 5452)', async () => {
    const { world, client, server } = net();
    const other = server.udp({ port: 1053 });
    serverOf(server, (message, socket) => {
      const right = rightAnswer(zone, message);
      const lie = answerFrom({ 'y.example': A('6.6.6.6') }, message.data, 0xffff)?.octets as Uint8Array;
      const otherId = lie.slice();
      otherId[0] = (otherId[0] as number) ^ 1;
      const otherQuestion = lie.slice();
      otherQuestion[13] = 'z'.charCodeAt(0);
      const otherType = lie.slice();
      otherType[24] = 28; // AAAA
      const { address, port } = message;
      other.send(lie, address, port);
      for (const each of [otherId, otherQuestion, otherType, message.data, right])
        socket.send(each, address, port);
    });
    expect(await timed(world, ask(client))).toEqual([['10.0.0.5'], 2]);
  });

  test('gives up an attempt after 32 datagrams that are no answers: the next has another port and id', async () => {
    const { world, client, server } = net({ timeoutMs: 60_000 });
    const ports = new Set<number>();
    serverOf(server, (message, socket, n) => {
      ports.add(message.port);
      const answer = rightAnswer(zone, message);
      const wrong = answer.slice();
      wrong[1] = (wrong[1] as number) ^ 0xff;
      if (n === 0) for (let i = 0; i < 40; i++) socket.reply(message, wrong);
      else socket.reply(message, answer);
    });
    expect(await timed(world, ask(client))).toEqual([['10.0.0.5'], 4]);
    expect(ports.size).toBe(2);
  });

  test('an answer that cannot be read is EBADRESP', async () => {
    const { world, client, server } = net();
    serverOf(server, (message, socket) => socket.reply(message, rightAnswer(zone, message).subarray(0, 20)));
    expect(await timed(world, ask(client))).toEqual(['queryA EBADRESP y.example', 2]);
  });

  test('asks from the address that was set', async () => {
    const { world, client, server } = net();
    client.addAddress(client.interfaces[1] as never, '10.0.0.2/24');
    serveDns(server, { zone });
    const from: string[] = [];
    server.udp({ port: 5353, onMessage: ({ address }) => void from.push(address) });
    const resolver = new (dnsOf(client).promises.Resolver)({ timeout: 100, tries: 1 });
    resolver.setServers(['10.0.0.53:5353']);
    resolver.setLocalAddress('10.0.0.2');
    await world.settle(resolver.resolve4('y.example').catch(() => {}));
    expect(from).toEqual(['10.0.0.2']);
  });

  test('whatever a server sends, by UDP and TCP, a question ends in time and leaves nothing', async () => {
    const outcome = fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 4 }),
      async (answers) => {
        const { world, client, server } = net({ timeoutMs: 50, attempts: 1 });
        serverOf(server, (message, socket) => {
          for (const octets of answers) {
            const withId = octets.slice();
            withId.set(message.data.subarray(0, Math.min(2, withId.length)));
            socket.reply(message, withId);
          }
        });
        server.listen({
          port: 53,
          handler: { open: (c) => void c.write(Buffer.concat(answers)).catch(() => {}) },
        });
        const [found, ms] = await timed(
          world,
          dnsOf(client)
            .promises.resolve4('y.example')
            .catch(({ code }) => code),
        );
        expect(found).toMatch(/^E[A-Z]+$/);
        expect(ms).toBeLessThan(5000);
        expect([client.udpSockets.length, client.connections.length]).toEqual([0, 0]);
      },
    );
    await fc.assert(outcome, { numRuns: 60 });
  }, 30_000);
});
