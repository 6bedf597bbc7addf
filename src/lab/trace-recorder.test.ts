import { describe, expect, test } from 'vitest';
import { Host } from '../host/index.ts';
import { Wire, World } from '../sim/index.ts';
import { statesPassed, type TraceEvent } from './trace.ts';
import { TraceRecorder } from './trace-recorder.ts';

/** A client and a server on a wire of 10 ms, all of it recorded. */
function record(rules: readonly string[] = []) {
  const world = new World({ seed: 1 });
  const make = (name: string, address: string) => {
    const host = new Host({
      name,
      clock: world.clock,
      random: () => world.random.nextUint32(),
      memory: world.memory,
      tcp: { mslMs: 100 },
      onUserWoke: () => world.userWoke(),
    });
    const iface = host.addInterface({ addresses: [`${address}/24`] });
    world.addNode(host);
    return { host, iface };
  };
  const a = make('a', '10.0.0.2');
  const b = make('b', '10.0.0.1');
  const streamed: TraceEvent[] = [];
  const recorder = new TraceRecorder({
    ends: {
      left: { name: 'a', address: '10.0.0.2', port: 50_000, states: 'engine' },
      right: { name: 'b', address: '10.0.0.1', port: 80, states: 'engine' },
    },
    begin: { left: 'CLOSED', right: 'LISTEN' },
    now: () => world.now(),
    onEvent: (event) => streamed.push(event),
  });
  const wire = new Wire(world, a.iface, b.iface, { delayUs: 10_000 });
  wire.tap = recorder.wireTap;
  a.host.tap = recorder.hostTap('left');
  b.host.tap = recorder.hostTap('right');
  for (const rule of rules) wire.rule(rule);
  const listener = b.host.listen({ port: 80 });
  const connect = (localPort = 50_000) => a.host.connect({ address: '10.0.0.1', port: 80, localPort });
  return { world, recorder, streamed, listener, connect };
}

/** An event in one line. */
function line(event: TraceEvent): string {
  const at = `${event.t / 1000}`;
  const changes = event.changes.map((c) => ` ${c.end}:${c.to}`).join('');
  switch (event.kind) {
    case 'sent':
      return `${at} ${event.from} sends #${event.id} ${event.segment.flags}${event.retransmission ? ' again' : ''}${changes}`;
    case 'arrived':
      return `${at} ${event.to} has #${event.id}${event.copy > 0 ? ' copy' : ''}${event.discarded === null ? '' : ` (${event.discarded})`}${changes}`;
    case 'lost':
      return `${at} lost #${event.id} (${event.reason})`;
    case 'timer':
      return `${at} ${event.end} ${event.timer} ${event.what}`;
    case 'call':
      return `${at} ${event.end} ${event.call}`;
    case 'change':
      return `${at} change${changes}`;
    case 'fault':
      return `${at} ${event.end ?? 'wire'} ${event.what}${changes}`;
  }
}

describe('a connection that is opened, and closed by both ends in turn', async () => {
  const { world, recorder, streamed, listener, connect } = record();
  const opened = connect();
  const accepted = listener.accept();
  const client = await world.settle(opened);
  const server = await world.settle(accepted);
  client.end().catch(() => {});
  await world.settle(server.read());
  await world.run({ untilUs: 200_000 });
  server.end().catch(() => {});
  await world.run();
  const trace = recorder.trace();

  test('an arrival comes with the states after it, and before what it makes the host send', () => {
    expect(trace.events.map(line)).toEqual([
      '0 left sends #1 SYN left:SYN-SENT',
      '10 right has #1 right:SYN-RECEIVED',
      '10 right sends #2 SYN,ACK',
      '20 left has #2 left:ESTABLISHED',
      '20 left sends #3 ACK',
      '30 right has #3 right:ESTABLISHED',
      '30 left sends #4 FIN,ACK left:FIN-WAIT-1',
      '40 right has #4 right:CLOSE-WAIT',
      '80 right delack fired',
      '80 right sends #5 ACK',
      '90 left has #5 left:FIN-WAIT-2',
      '200 right sends #6 FIN,ACK right:LAST-ACK',
      '210 left has #6 left:TIME-WAIT',
      '210 left 2msl set',
      '210 left sends #7 ACK',
      '220 right has #7 right:CLOSED',
      '410 change left:CLOSED',
    ]);
  });

  test('every change names its rule and the section it stands in', () => {
    const changes = trace.events.flatMap((event) => event.changes);
    expect(changes[0]).toEqual({
      end: 'left',
      from: 'CLOSED',
      to: 'SYN-SENT',
      rule: 'open-active',
      section: '3.10.1',
    });
    expect(changes.at(-1)).toMatchObject({ rule: 'time-wait-timeout', section: '3.10.8' });
    for (const { rule, section } of changes) expect([rule, section]).not.toContain(null);
  });

  test('the states passed are those of figure 12', () => {
    expect(statesPassed(trace, 'left').join()).toBe(
      'CLOSED,SYN-SENT,ESTABLISHED,FIN-WAIT-1,FIN-WAIT-2,TIME-WAIT,CLOSED',
    );
    expect(statesPassed(trace, 'right').join()).toBe(
      'LISTEN,SYN-RECEIVED,ESTABLISHED,CLOSE-WAIT,LAST-ACK,CLOSED',
    );
  });

  test('every event is told while it happens, and is JSON as it stands', () => {
    expect(streamed).toEqual(trace.events);
    expect(JSON.parse(JSON.stringify(trace))).toEqual(trace);
  });

  test('a segment is what was on the wire: raw numbers, options, window', () => {
    const [syn, , synAck] = trace.events;
    expect(syn).toMatchObject({
      segment: {
        flags: 'SYN',
        ack: null,
        length: 0,
        options: { mss: 1460, windowScale: 7, sackPermitted: true },
      },
    });
    if (syn?.kind !== 'sent' || synAck?.kind !== 'sent') throw new Error('no SYN');
    expect(synAck.segment.ack).toBe((syn.segment.seq + 1) >>> 0);
  });
});

test('a lost segment is lost under its number, and its repetition is a retransmission', async () => {
  const { world, recorder, connect } = record(['drop SYN#1']);
  await world.settle(connect());
  expect(recorder.trace().events.slice(0, 5).map(line)).toEqual([
    '0 left sends #1 SYN left:SYN-SENT',
    '0 lost #1 (rule)',
    '1000 left rexmt fired',
    '1000 left sends #2 SYN again',
    '1010 right has #2 right:SYN-RECEIVED',
  ]);
});

test('a copy arrives under the number of its segment; what the receiver discards has the reason', async () => {
  const { world, recorder, connect } = record(['dup SYN#1']);
  await world.settle(connect());
  const lines = recorder.trace().events.map(line);
  expect(lines).toContain('10 right has #1 right:SYN-RECEIVED');
  expect(lines).toContain('10 right has #1 copy (duplicate-syn)');
});

test('an abort: the RST goes first, the change follows', async () => {
  const { world, recorder, connect } = record();
  const client = await world.settle(connect());
  client.abort();
  await world.run();
  expect(recorder.trace().events.slice(5).map(line)).toEqual([
    '20 left sends #4 RST,ACK',
    '20 change left:CLOSED',
    '30 right has #3 right:ESTABLISHED',
    '30 right has #4 right:CLOSED',
  ]);
});

test('another connection of the same hosts is not in the trace', async () => {
  const { world, recorder, connect } = record();
  await world.settle(connect(50_001));
  await world.run();
  expect(recorder.trace().events).toEqual([]);
});

test('an end that is observed is asked when it has processed an arrival', async () => {
  const world = new World();
  const ends = {
    left: { name: 'a', address: '10.0.0.2', port: 50_000, states: 'engine' },
    right: { name: 'b', address: '10.0.0.1', port: 80, states: 'observed' },
  } as const;
  const recorder = new TraceRecorder({
    ends,
    begin: { left: 'CLOSED', right: 'LISTEN' },
    now: () => world.now(),
    observe: { right: () => 'SYN-RECEIVED' },
  });
  const host = new Host({ clock: world.clock, random: () => 1, memory: world.memory });
  const iface = host.addInterface({ addresses: ['10.0.0.2/24'] });
  world.addNode(host);
  const port = {
    memory: world.memory,
    mtu: 1500,
    attach() {},
    receive: () => recorder.processed('right'),
  };
  new Wire(world, iface, port, { delayUs: 5 }).tap = recorder.wireTap;
  host.tap = recorder.hostTap('left');
  host.open({ address: '10.0.0.1', port: 80, localPort: 50_000 });
  world.runSync(100);
  expect(recorder.trace().events.at(-1)).toMatchObject({
    kind: 'arrived',
    changes: [{ end: 'right', from: 'LISTEN', to: 'SYN-RECEIVED', rule: null, section: null }],
    states: { left: 'SYN-SENT', right: 'SYN-RECEIVED' },
  });
});

test('a trace is bounded: what is beyond is counted, and still told', async () => {
  const told: TraceEvent[] = [];
  const recorder = new TraceRecorder({
    ends: {
      left: { name: 'a', address: '10.0.0.2', port: 1, states: 'engine' },
      right: { name: 'b', address: '10.0.0.1', port: 2, states: 'engine' },
    },
    begin: { left: 'CLOSED', right: 'LISTEN' },
    now: () => 0,
    capacity: 2,
    onEvent: (event) => told.push(event),
  });
  for (let i = 0; i < 5; i++) recorder.call('left', 'write', i, null);
  expect([recorder.events.length, recorder.unrecorded, told.length]).toEqual([2, 3, 5]);
});

test('a segment for no connection is discarded, and the trace says so before the RST that answers it', async () => {
  const { world, recorder, listener, connect } = record();
  listener.close();
  await world.settle(connect().catch(() => {}));
  expect(recorder.trace().events.map(line)).toEqual([
    '0 left sends #1 SYN left:SYN-SENT',
    '10 right has #1 (closed)',
    '10 right sends #2 RST,ACK',
    '20 left has #2 left:CLOSED',
  ]);
});
