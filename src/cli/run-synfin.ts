// A stage with two synfin hosts on a simulated wire in virtual time: the same every time, and at once.

import { type Connection, Host } from '../host/index.ts';
import { type End, type RecorderOptions, type TraceEnd, TraceRecorder } from '../lab/index.ts';
import { Wire, World } from '../sim/index.ts';
import type { Actor, Stage } from './run-scenario.ts';

/** Options of both kinds of stage. */
export interface StageOptions {
  /** One way, milliseconds. */
  readonly delayMs: number;
  readonly mslMs: number;
  readonly onEvent: NonNullable<RecorderOptions['onEvent']>;
}

/** What both stages have. */
export interface OpenStage extends Stage {
  readonly ends: Readonly<Record<End, TraceEnd>>;
}

const LEFT = '10.0.0.2';
const RIGHT = '10.0.0.1';
const PORT = 8080;
/** 5 minutes of virtual time: far beyond every timer of the script. */
const PATIENCE_US = 300_000_000;

/** A program on a synfin host. */
export function connectionActor(connection: Connection): Actor {
  return {
    write(octets) {
      connection.write(octets).catch(() => {}); // a broken connection shows in `read`
    },
    read: () => connection.read(),
    close() {
      connection.end().catch(() => {});
    },
  };
}

/** Sets the stage; nothing happens before `run`. */
export function synfinStage(options: StageOptions): OpenStage {
  const world = new World({ seed: 9293 });
  const { mslMs, delayMs, onEvent } = options;
  const make = (name: string, address: string) => {
    const dice = world.random.fork(name);
    const host = new Host({
      name,
      clock: world.clock,
      random: () => dice.nextUint32(),
      memory: world.memory,
      tcp: { mslMs },
      onUserWoke: () => world.userWoke(),
    });
    const iface = host.addInterface({ addresses: [`${address}/24`] });
    world.addNode(host);
    return { host, iface };
  };
  const a = make('left', LEFT);
  const b = make('right', RIGHT);
  const localPort = 49_152 + world.random.fork('port').int(16_384);
  const ends: OpenStage['ends'] = {
    left: { name: 'synfin', address: LEFT, port: localPort, states: 'engine' },
    right: { name: 'synfin-2', address: RIGHT, port: PORT, states: 'engine' },
  };
  const begin = { left: 'CLOSED', right: 'LISTEN' } as const;
  const recorder = new TraceRecorder({ ends, begin, now: () => world.now(), onEvent });
  const wire = new Wire(world, a.iface, b.iface, { delayUs: delayMs * 1000, ends: ['left', 'right'] });
  wire.tap = recorder.wireTap;
  a.host.tap = recorder.hostTap('left');
  b.host.tap = recorder.hostTap('right');
  const listener = b.host.listen({ port: PORT });
  return {
    ends,
    recorder,
    async connect() {
      return connectionActor(await a.host.connect({ address: RIGHT, port: PORT, localPort }));
    },
    async accept() {
      const connection = await listener.accept();
      listener.close();
      return connectionActor(connection);
    },
    sync() {},
    sleep: (ms) => world.sleep(ms * 1000),
    run: (done) => world.settle(done, { maxTimeUs: PATIENCE_US }),
    dispose() {
      wire.close();
    },
  };
}
