// What users of other gateways complain of most, as a table: for each kind a run that shows what this one does.

import { describe, expect, it } from 'vitest';
import { Site } from '../../src/gateway/testing.ts';
import type { ConnectionHandler } from '../../src/host/index.ts';
import { octets, readAll } from '../../src/host/testing.ts';
import { decodeResponse, encodeQuestion } from '../../src/socket/dns/index.ts';

const FAR = '192.0.2.80';
const FAR6 = '2600::80';
const OPEN = { policy: { allow: [FAR, FAR6] } };

/** A complaint, and what is true here instead. */
interface Complaint {
  readonly complaint: string;
  readonly here: string;
  readonly run: () => Promise<void>;
}

const COMPLAINTS: readonly Complaint[] = [
  {
    complaint:
      'half-close is lost: the connection ends when one side does, before what is buffered was delivered',
    here: 'each direction ends by itself, behind everything that was sent in it',
    run: async () => {
      for (const first of ['guest', 'outer'] as const) {
        const site = new Site(OPEN);
        const { host } = site.machine();
        site.outer.behaviour = () => 'open';
        const c = await site.net.run(host.connect({ address: FAR, port: 80 }));
        const { last } = site.outer;
        if (first === 'guest') {
          await site.net.run(c.write(octets(300_000)));
          void c.end();
          await site.pass(5000);
          expect([last.length, last.ended]).toEqual([300_000, true]);
          last.events.data(octets(300_000));
          last.events.end();
          expect((await site.net.run(readAll(c))).length).toBe(300_000);
        } else {
          last.events.data(octets(300_000));
          last.events.end();
          expect((await site.net.run(readAll(c))).length).toBe(300_000);
          await site.net.run(c.write(octets(300_000)));
          void c.end();
          await site.pass(5000);
          expect([last.length, last.ended]).toEqual([300_000, true]);
        }
        last.events.closed(null);
        await site.pass(130_000);
        expect([last.wasReset, site.gateway.connections(), host.connections]).toEqual([false, [], []]);
      }
    },
  },
  {
    complaint: 'states leak: FIN-WAIT-2 for days; ten aborted handshakes block all TCP',
    here: 'aborted handshakes, vanished peers and half-closed connections leave nothing',
    run: async () => {
      const site = new Site({ ...OPEN, limits: { graceMs: 60_000 } });
      const { host, port } = site.machine();
      for (let n = 0; n < 1000; n++) host.open({ address: FAR, port: 80 }).abort();
      await site.pass(1000);
      site.outer.behaviour = () => 'open';
      const c = await site.net.run(host.connect({ address: FAR, port: 81 }));
      await site.pass(10);
      site.outer.last.events.end(); // FIN-WAIT-1 and -2 towards the guest, which never ends
      await site.pass(10);
      port.onclose?.(null); // and the machine is gone
      await site.pass(70_000);
      expect([site.gateway.connections(), site.gateway.host.tcp.size]).toEqual([[], 0]);
      expect(site.outer.connections.every((each) => each.wasReset)).toBe(true);
      c.abort();
    },
  },
  {
    complaint: 'IPv6 does not work, or port forwards do not with it',
    here: 'guests make their addresses, and connect, ask and are told errors as by IPv4',
    run: async () => {
      const site = new Site(OPEN);
      const { host } = site.machine();
      await site.pass(3000);
      site.outer.behaviour = ({ port }) => (port === 80 ? 'open' : { code: 'ECONNREFUSED' });
      const c = await site.net.run(host.connect({ address: FAR6, port: 80 }));
      expect(site.outer.last.target).toEqual({ address: FAR6, port: 80 });
      await expect(site.net.run(host.connect({ address: FAR6, port: 81 }))).rejects.toMatchObject({
        code: 'ECONNREFUSED',
      });
      const [guest] = site.gateway.guests;
      expect([...(guest?.addresses ?? [])].some((address) => address.startsWith('fd00:'))).toBe(true);
      c.abort();
    },
  },
  {
    complaint: 'nobody can say who talks to whom: loopback is reachable or not, sources are lost',
    here: 'loopback is closed until it is opened by port; the log has guest, endpoints, name and rule',
    run: async () => {
      const site = new Site({ hostLoopback: [8080] });
      const { host } = site.machine();
      site.outer.behaviour = () => 'open';
      for (const address of ['10.0.2.2', '192.168.1.1', '169.254.169.254'])
        await expect(site.net.run(host.connect({ address, port: 80 }))).rejects.toMatchObject({
          code: 'ECONNREFUSED',
        });
      expect(site.outer.connections).toEqual([]);
      const c = await site.net.run(host.connect({ address: '10.0.2.2', port: 8080 }));
      expect(site.outer.last.target).toEqual({ address: '127.0.0.1', port: 8080 });
      expect(site.logged('connect').at(-1)).toMatchObject({
        guest: 'guest1',
        from: `10.0.2.15:${c.localPort}`,
        to: '10.0.2.2:8080',
        verdict: 'allow',
        rule: 'hostLoopback',
      });
      c.abort();
    },
  },
  {
    complaint: 'transfers are slow or stall: one segment at a time, no window scaling, no recovery of losses',
    here: 'ten megabytes over 40 ms with one loss in a thousand go at more than a megabyte a second',
    run: async () => {
      const site = new Site(OPEN);
      const { host } = site.machine({ delayUs: 20_000, loss: 0.001 });
      site.outer.behaviour = () => 'open';
      const c = await site.net.run(host.connect({ address: FAR, port: 80 }));
      const { last } = site.outer;
      const began = site.net.world.now();
      let left = 10_000_000;
      const feed = (): void => {
        while (left > 0 && !last.paused) {
          const n = Math.min(left, 65_536);
          left -= n;
          last.events.data(new Uint8Array(n));
        }
        if (left === 0) last.events.end();
      };
      last.resume = () => {
        last.paused = false;
        queueMicrotask(feed);
      };
      feed();
      let got = 0;
      for (;;) {
        const chunk = await site.net.run(c.read(), { maxTimeUs: 60_000_000 });
        if (chunk === null) break;
        got += chunk.length;
      }
      const seconds = (site.net.world.now() - began) / 1e6;
      expect(got).toBe(10_000_000);
      expect(got / seconds).toBeGreaterThan(1_000_000);
      c.abort();
    },
  },
  {
    complaint: 'names go stale: the machine has other servers than when the gateway began',
    here: 'who knows names is asked for each question, and guests keep one server all the time',
    run: async () => {
      let server = FAR;
      const site = new Site({
        dns: {
          upstream: async (name) => ({
            rcode: 'NOERROR',
            answers: [{ name, type: 'A', ttl: 1, data: server }],
          }),
        },
      });
      const { host } = site.machine();
      const ask = async (): Promise<unknown> => {
        const socket = host.udp();
        socket.send(encodeQuestion(1, { name: 'a.net', type: 'A' }, true), '10.0.2.3', 53);
        const message = await site.net.run(socket.receive({ timeout: 5000 }));
        return decodeResponse(message?.data ?? new Uint8Array(0))?.answers[0]?.data;
      };
      expect(await ask()).toBe(FAR);
      server = '192.0.2.99';
      expect(await ask()).toBe('192.0.2.99');
    },
  },
  {
    complaint: 'every connection is declared open: the SYN is answered before anybody knows',
    here: 'open, refused, unreachable and silent are told as they are outside',
    run: async () => {
      const site = new Site(OPEN);
      const { host } = site.machine();
      site.outer.behaviour = ({ port }) =>
        port === 1
          ? 'open'
          : port === 2
            ? { code: 'ECONNREFUSED' }
            : port === 3
              ? { code: 'EHOSTUNREACH' }
              : 'silent';
      const told = [1, 2, 3, 4].map((port) => {
        const seen: string[] = [];
        const handler: ConnectionHandler = {
          open: () => void seen.push('open'),
          trouble: (_, error) => void seen.push(error.code),
          close: (_, error) => void seen.push(error?.code ?? 'closed'),
        };
        const c = host.open({ address: FAR, port, handler });
        return { seen, c };
      });
      await site.pass(900);
      expect(told.map(({ seen }) => seen)).toEqual([['open'], ['ECONNREFUSED'], ['EHOSTUNREACH'], []]);
      for (const { c } of told) c.abort();
    },
  },
];

describe('the seven complaints', () => {
  for (const { complaint, here, run } of COMPLAINTS) it(`${complaint} - ${here}`, run);
});
