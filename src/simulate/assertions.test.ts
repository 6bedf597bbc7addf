import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import {
  assertNoCloseWait,
  assertNoHalfOpen,
  assertNoOpenConnections,
  assertRetransmissionsAtMost,
  assertSeen,
  assertStates,
  simulate,
  simulationMatchers,
} from './index.ts';
import { ask, connected, echo, event } from './testing.ts';

/** What `expect` has after `expect.extend(simulationMatchers)`. */
type Extended = {
  [K in keyof typeof simulationMatchers]: (...args: unknown[]) => void;
} & { readonly not: Extended };

describe('assertions about the network', () => {
  test('open connections, states, and what was seen', async () => {
    await using sim = simulate();
    const server = sim.host('server', () => echo());
    await sim.client('client', async () => {
      const socket = await connected('server');
      await ask(socket, 'hello');
      expect(() => assertNoOpenConnections(sim)).toThrow(
        /2 connections are open:\n {2}server: ESTABLISHED 10\.0\.0\.1:7 - 10\.0\.0\.2:\d+\n {2}client: ESTABLISHED/,
      );
      assertStates(server, ['LISTEN', 'ESTABLISHED']);
      expect(() => assertStates(server, [])).toThrow(/server is in LISTEN, ESTABLISHED, not in none/);
      assertSeen(sim, 'SYN');
      expect(() => assertSeen(sim, 'RST')).toThrow(/no segment with RST was sent/);
      assertSeen(sim, 'SYN,ACK');
      expect(() => assertSeen(sim, 'SYN,FIN')).toThrow(/no segment with SYN,FIN/);
      expect(() => assertSeen(sim, 'reset')).toThrow(/control must be control bits/);
      expect(() => assertNoOpenConnections(5 as never)).toThrow(/must be a simulation, or a host/);
      socket.end();
      await event(socket, 'close');
      await sleep(10);
      assertNoOpenConnections(sim);
      assertNoOpenConnections(server);
      assertNoHalfOpen(sim);
    });
  });

  test('CLOSE-WAIT: who does not close what its peer has closed', async () => {
    await using sim = simulate();
    sim.host('server', () => createServer({ allowHalfOpen: true }, (socket) => socket.resume()).listen(7));
    await sim.client('client', async () => {
      const socket = connect(7, 'server');
      socket.end();
      await sleep(100);
      expect(() => assertNoCloseWait(sim)).toThrow(
        /1 connections are in CLOSE-WAIT:\n {2}server: CLOSE-WAIT .*: the peer has ended its side \(FIN\), and the program has not closed its own/,
      );
    });
  });

  test('half-open: one side has forgotten', async () => {
    await using sim = simulate();
    const server = sim.host('server', () => echo());
    await sim.client('client', async () => {
      const socket = await connected('server');
      await ask(socket, 'hello');
      await sleep(10);
      server.powerOff();
      server.restart();
      await sleep(100);
      expect(() => assertNoHalfOpen(sim)).toThrow(/1 connections are half-open:\n {2}client: ESTABLISHED/);
    });
  });

  test('retransmissions are counted: a lost segment once, a duplicate on the way not at all', async () => {
    await using sim = simulate();
    sim.host('server', () => echo());
    const link = sim.link('client', 'server');
    await sim.client('client', async () => {
      const socket = await connected('server');
      link.duplicate(1);
      await ask(socket, 'one');
      assertRetransmissionsAtMost(sim, 0);
      link.rule('drop data#1');
      await ask(socket, 'two');
      assertRetransmissionsAtMost(sim, 1);
      expect(() => assertRetransmissionsAtMost(sim, 0)).toThrow(
        /1 segments were sent again, at most 0 are wanted/,
      );
    });
  });

  test('what a switch passes on is counted once; without a trace nothing is said', async () => {
    await using sim = simulate();
    sim.switch('lan');
    sim.link('client', 'lan');
    const link = sim.link('lan', 'server');
    sim.host('server', () => echo());
    await sim.client('client', async () => {
      const socket = await connected('server');
      link.rule('drop data#1');
      await ask(socket, 'hello');
      assertRetransmissionsAtMost(sim, 1);
      expect(() => assertRetransmissionsAtMost(sim, 0)).toThrow(/^1 segments were sent again/);
    });
    sim.close();
    await using blind = simulate({ trace: false });
    await blind.client('client', () => {});
    for (const ask of [() => assertSeen(blind, 'RST'), () => assertRetransmissionsAtMost(blind, 0)])
      expect(ask).toThrow(/the trace does not have all segments/);
  });

  test('the same as matchers of expect, also with not', async () => {
    await using sim = simulate();
    const server = sim.host('server', () => echo());
    await sim.client('client', async () => void (await connected('server')).destroy());
    expect.extend(simulationMatchers);
    const asked = (of: unknown): Extended => expect(of) as unknown as Extended;
    asked(sim).toHaveSeen('SYN');
    asked(sim).not.toHaveSeen('RST');
    asked(sim).toHaveRetransmittedAtMost(0);
    asked(sim).toHaveNoHalfOpen();
    expect(() => asked(sim).toHaveNoOpenConnections()).toThrow(/connections are open:/);
    expect(() => asked(sim).toHaveSeen('RST')).toThrow(/^no segment with RST was sent$/);
    expect(() => asked(sim).not.toHaveSeen('SYN')).toThrow(/^a segment with SYN was sent: \d+ client>server/);
    expect(() => asked(server).toHaveStates(['LISTEN'])).toThrow(
      /^server is in LISTEN, SYN-RECEIVED, not in LISTEN/,
    );
    await sim.advance('3m');
    asked(server).toHaveStates(['LISTEN']);
    asked(sim).toHaveNoCloseWait();
    asked(sim).toHaveNoOpenConnections();
  });
});
