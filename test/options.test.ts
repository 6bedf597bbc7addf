// Options are checked where they are given, all of them: every options object of the public surface, with every one of
// its options, gets an unknown name, a value of the wrong kind, one that is out of range, and is called without what it
// needs. What is public is read from docs/surface.txt.

import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import * as capture from '../src/capture/index.ts';
import * as drill from '../src/drill/index.ts';
import { Gateway, type GatewayOptions } from '../src/gateway/index.ts';
import { openFrames } from '../src/gateway/node/index.ts';
import * as v86 from '../src/gateway/v86/index.ts';
import { type Connection, Host } from '../src/host/index.ts';
import * as lab from '../src/lab/index.ts';
import * as link from '../src/link/index.ts';
import * as tun from '../src/link/tun/index.ts';
import { namesOf, openDatagramDevice, register, serveDns, toDuplex } from '../src/node/index.ts';
import {
  AnyKind,
  EitherKind,
  type Kind,
  ListKind,
  NameKind,
  NeededKind,
  NestedKind,
  NumberKind,
  Schema,
} from '../src/options/index.ts';
import { RealtimeDriver, Switch, Wire, World } from '../src/sim/index.ts';
import * as simulate from '../src/simulate/index.ts';
import { simTest } from '../src/simulate/node-test/index.ts';
import * as web from '../src/socket/web/index.ts';
import { defaultConfig, rfc9293, type TcpConfig } from '../src/tcp/index.ts';
import { Memory } from '../src/wire/index.ts';

/** Options as something wrong can be: anything. */
// biome-ignore lint/suspicious/noExplicitAny: a program without types can give anything
type Given = any;

/** A call that takes an options object. */
interface Taker {
  /** As docs/surface.txt calls the options. */
  readonly of: string;
  /** Options that are right: the least. */
  readonly right: object;
  readonly call: (options: Given) => unknown;
  /** Where they are part of other options: whose. */
  readonly where?: string;
  /** What may stand in their place. */
  readonly or?: null | string | number;
}

const worlds: World[] = [];

function world(): World {
  const made = new World({ memory: new Memory({ initial: 4096 }) });
  made.runSync(0);
  worlds.push(made);
  return made;
}
const host = (): Host => world().host('host');
function open(): Connection {
  const two = world();
  const [a, b] = [two.host('a'), two.host('b')];
  two.wire(a, b);
  b.listen({ port: 80 });
  const c = a.open({ address: '10.0.0.2', port: 80 });
  two.runSync(1000);
  return c;
}
const ports = () => {
  const two = world();
  return [two, two.host('a').interfaces[1], two.host('b').interfaces[1]] as [World, Given, Given];
};
/** Of a simulation that is over when the call is. */
function simulated(call: (sim: simulate.Simulation) => unknown): void {
  const sim = simulate.simulate({ trace: false });
  try {
    call(sim);
  } finally {
    sim.close();
  }
}
const emulator = { add_listener() {}, remove_listener() {}, bus: { send() {} } };
const trace = lab.runScenario(lab.scenarioNamed('hs') as lab.Scenario);
const { ends } = trace;
const lang = 'en';
const device = { kind: 'ip', mtu: 1500, send() {}, onreceive: null };
const script = drill.parseScript('+0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n');
const memory = new Memory({ initial: 4096, max: 4096 });
const socket = {
  readyState: 1,
  binaryType: '',
  bufferedAmount: 0,
  send() {},
  close() {},
  addEventListener() {},
  removeEventListener() {},
};

const takers: readonly Taker[] = [
  { of: 'MemoryOptions', right: {}, call: (o) => new Memory(o) },
  { of: 'TcpConfig', right: {}, call: (o) => host().connect({ address: '10.0.0.9', port: 1, tcp: o }) },
  {
    of: 'AutoconfigureOptions',
    right: {},
    call: (o) => host().addInterface({ kind: 'ethernet', autoconfigure: o }),
  },
  { of: 'GatewayOptions', right: gatewayOptions(), call: (o) => void new Gateway(o).close() },
  { of: 'GatewayLimits', right: {}, call: (o) => gateway({ limits: o }) },
  { of: 'PolicyOptions', right: {}, call: (o) => gateway({ policy: o }) },
  { of: 'PolicyOptions', right: {}, call: (o) => gateway({}).setPolicy(o) },
  { of: 'PolicyRule', right: { port: 80 }, call: (o) => gateway({ policy: { deny: [o] } }), or: 'x' },
  { of: 'DnsOptions', right: {}, call: (o) => gateway({ dns: o }) },
  { of: 'DhcpOptions', right: {}, call: (o) => gateway({ dhcp: o }) },
  {
    of: 'ForwardOptions',
    right: { port: 0, guestPort: 1 },
    call: (o) => new Gateway(gatewayOptions()).forward(o),
  },
  { of: 'BootOptions', right: { file: 'x' }, call: (o) => gateway({ dhcp: { boot: [o] } }) },
  {
    of: 'GuestOptions',
    right: {},
    call: (o) => gateway({}).attach(link.devicePair({ kind: 'ethernet' })[0] as Given, o),
  },
  { of: 'RegisterOptions', right: {}, call: (o) => register(o).undo() },
  // With a third option: those that name nothing but the peer are judged without the schema.
  {
    of: 'ConnectOptions',
    right: { address: '10.0.0.9', port: 1, localPort: 0 },
    call: (o) => host().connect(o),
  },
  {
    of: 'IpService',
    right: {},
    call: (o) => host().open({ address: '10.0.0.9', port: 1, localPort: 0, ...o }),
    where: 'connect',
  },
  { of: 'DeviceOptions', right: {}, call: (o) => host().attach({ ...device } as Given, o) },
  { of: 'HostOptions', right: { clock: { now: () => 0 }, random: () => 0 }, call: (o) => new Host(o) },
  { of: 'InterfaceOptions', right: {}, call: (o) => host().addInterface(o) },
  { of: 'ListenOptions', right: { port: 1 }, call: (o) => host().listen(o) },
  { of: 'ConnectionHandler', right: {}, call: (o) => host().listen({ port: 1, handler: o }) },
  { of: 'CloseOptions', right: {}, call: (o) => host().close(o) },
  { of: 'ReadOptions', right: {}, call: (o) => open().read(o), or: 5 },
  { of: 'WriteOptions', right: {}, call: (o) => open().write(new Uint8Array(1), o) },
  { of: 'WaitOptions', right: {}, call: (o) => host().listen({ port: 1 }).accept(o) },
  { of: 'WaitOptions', right: {}, call: (o) => host().udp().receive(o) },
  { of: 'WaitOptions', right: {}, call: (o) => open().end(o) },
  { of: 'NamesOptions', right: {}, call: (o) => namesOf(host(), o) },
  { of: 'DnsServerOptions', right: { zone: {} }, call: (o) => serveDns(host(), o) },
  { of: 'UdpOptions', right: {}, call: (o) => host().udp(o) },
  { of: 'UdpSendOptions', right: {}, call: (o) => host().udp().send(new Uint8Array(1), '10.0.0.9', 1, o) },
  { of: 'DeviceBaseOptions', right: {}, call: (o) => link.devicePair(o) },
  {
    of: 'MessagePortOptions',
    right: {},
    call: (o) => link.messagePortDevice(new MessageChannel().port1, o).close(),
  },
  { of: 'QueueOptions', right: {}, call: (o) => link.webSocketDevice(socket as Given, o) },
  { of: 'StreamDeviceOptions', right: {}, call: (o) => link.streamDevice(new TransformStream() as Given, o) },
  {
    of: 'DatagramOptions',
    right: { remote: { address: '127.0.0.1', port: 9 }, local: { address: '127.0.0.1' } },
    call: async (o) => (await openDatagramDevice(o)).close(),
  },
  { of: 'V86PortOptions', right: {}, call: (o) => v86.v86Port(emulator, o).close() },
  { of: 'V86NetworkOptions', right: {}, call: (o) => v86.createV86Network(emulator, o).close() },
  { of: 'TapOptions', right: { name: 'longer than 15 octets' }, call: (o) => tun.openTap(o) },
  {
    of: 'FramesOptions',
    right: {},
    call: async (o) => (await openFrames('tcp:0', o, () => {})).close(),
  },
  { of: 'DuplexOptions', right: {}, call: (o) => toDuplex(open(), o).on('error', () => {}) },
  { of: 'PcapngOptions', right: {}, call: (o) => new link.PcapngWriter(() => {}, o) },
  {
    of: 'PcapngInterface',
    right: { name: 'x', linkType: 'raw-ip' },
    call: (o) => new link.PcapngWriter(() => {}).addInterface(o),
  },
  {
    of: 'PcapngPacketOptions',
    right: {},
    call: (o) => {
      const writer = new link.PcapngWriter(() => {});
      writer.packet(writer.addInterface({ name: 'x', linkType: 'raw-ip' }), 0, memory, 64, 20, o);
    },
  },
  {
    of: 'AttachDeviceOptions',
    right: { addresses: [] },
    call: (o) => tun.attachDevice(host(), {} as Given, o),
  },
  {
    of: 'AttachOptions', // refused before a device is opened: the peer is in no network
    right: { addresses: ['10.0.0.1/24'], peers: ['10.1.0.1'] },
    call: (o) => tun.attachTun(host(), o),
  },
  { of: 'InterfaceConfig', right: { name: 'none-such' }, call: (o) => tun.configureInterface(o) },
  { of: 'TunOptions', right: { memory, name: 'longer than 15 octets' }, call: (o) => tun.openTun(o) },
  {
    of: 'Setup',
    right: {},
    call: (o) => lab.runScenario({ ...(lab.scenarioNamed('hs') as lab.Scenario), setup: o }),
  },
  { of: 'HostSetup', right: {}, call: (o) => new lab.Stage({ left: o }, stage) },
  { of: 'ListenSetup', right: {}, call: (o) => new lab.Stage({ listen: o }, stage), or: null },
  { of: 'LayoutOptions', right: { lang }, call: (o) => lab.layoutLadder(trace, o) },
  { of: 'MermaidOptions', right: { lang }, call: (o) => lab.mermaidLadder(trace, o) },
  { of: 'AnalyserOptions', right: {}, call: (o) => new capture.CaptureAnalyser(o) },
  { of: 'AnonymiserOptions', right: {}, call: (o) => new capture.Anonymiser(() => undefined, o) },
  { of: 'FollowerOptions', right: { onConnection() {} }, call: (o) => new capture.Follower(o) },
  { of: 'PcapngExportOptions', right: { lang }, call: (o) => lab.pcapngOf(trace, o) },
  { of: 'PictureOptions', right: {}, call: (o) => lab.svgOf(lab.layoutLadder(trace, { lang }), trace, o) },
  {
    of: 'RecorderOptions',
    right: { ends, begin: trace.begin, now: () => 0 },
    call: (o) => new lab.TraceRecorder(o),
  },
  { of: 'RowOptions', right: { lang }, call: (o) => new lab.LadderRows(o) },
  {
    of: 'RunOptions',
    right: {},
    call: (o) => lab.runScenario(lab.scenarioNamed('hs') as lab.Scenario, o),
  },
  { of: 'StageOptions', right: stageOptions(), call: (o) => new lab.Stage({}, o) },
  { of: 'SvgOptions', right: { lang }, call: (o) => lab.svgLadder(trace, o) },
  { of: 'TableOptions', right: { lang }, call: (o) => lab.ladderTable(trace, o) },
  { of: 'TableOptions', right: { lang }, call: (o) => new lab.TableRows(ends, o) },
  {
    of: 'PlotOptions',
    right: { width: 72, height: 10, lang },
    call: (o) => lab.plotLines(lab.senderSeries(trace, 'left'), lab.timeSequence(trace, 'left'), o),
  },
  { of: 'TerminalLadderOptions', right: {}, call: (o) => lab.terminalLadder(trace, o) },
  {
    of: 'TerminalOptions',
    right: { ends, lang, width: 100, ascii: false, colour: false },
    call: (o) => new lab.TerminalLadder(o),
  },
  { of: 'ParseOptions', right: {}, call: (o) => drill.parseScript('+0 `true`\n', o) },
  { of: 'ScriptOptions', right: {}, call: (o) => drill.runScript(script, o) },
  {
    of: 'VirtualTargetOptions',
    right: { personality: drill.linuxProfile.personality, tcp: {} },
    call: (o) => new drill.VirtualTarget({ wire: 4, localIp: '10.0.0.1', mtu: 1500 } as Given, o),
  },
  { of: 'RunGuards', right: {}, call: (o) => world().runSync(0, o) },
  { of: 'RunOptions', right: {}, call: (o) => world().run(o) },
  { of: 'SettleOptions', right: {}, call: (o) => world().settle(Promise.resolve(), o) },
  { of: 'SleepOptions', right: {}, call: (o) => world().sleep(0, o) },
  { of: 'SwitchOptions', right: {}, call: (o) => new Switch(world(), o) },
  {
    of: 'WireConfig',
    right: {},
    call: (o) => {
      const [two, a, b] = ports();
      new Wire(two, a, b).configure(o);
    },
  },
  {
    of: 'WireOptions',
    right: {},
    call: (o) => {
      const [two, a, b] = ports();
      return new Wire(two, a, b, o);
    },
  },
  {
    of: 'WireRule',
    right: { match: () => true, action: { drop: true } },
    call: (o) => {
      const [two, a, b] = ports();
      return new Wire(two, a, b).rule(o);
    },
    or: 'x',
  },
  { of: 'WorldHostOptions', right: {}, call: (o) => world().host('x', o), where: 'world.host' },
  { of: 'WorldOptions', right: {}, call: (o) => new World(o) },
  { of: 'SimulationOptions', right: {}, call: (o) => simulate.simulate(o).close() },
  { of: 'SimulatedHostOptions', right: {}, call: (o) => simulated((sim) => sim.host('a', () => {}, o)) },
  { of: 'RunsOptions', right: {}, call: (o) => simulate.simulate(o, () => {}) },
  { of: 'SimTestOptions', right: {}, call: (o) => simTest('none', o, null as never) },
  { of: 'SwarmOptions', right: {}, call: (o) => simulated((sim) => sim.swarm(o)) },
  { of: 'LinkOptions', right: {}, call: (o) => simulated((sim) => sim.link('a', 'b').set(o)) },
  { of: 'FaultOptions', right: {}, call: (o) => simulated((sim) => sim.link('a', 'b').loss(0.5, o)) },
  { of: 'NatOptions', right: {}, call: (o) => simulated((sim) => sim.link('a', 'b').nat(o)) },
  { of: 'WebSocketsOptions', right: {}, call: (o) => web.webSockets(host(), o) },
  { of: 'NameOptions', right: {}, call: (o) => web.webSockets(host(), o) },
  { of: 'SocketOptions', right: {}, call: (o) => web.webSockets(host()).connect('10.0.0.9:1', o) },
  { of: 'DirectSocketsOptions', right: {}, call: (o) => web.directSockets(host(), o) },
  {
    of: 'TCPSocketOptions',
    right: {},
    call: (o) => void new (web.directSockets(host()).TCPSocket)('10.0.0.9', 1, o),
  },
  {
    of: 'TCPServerSocketOptions',
    right: {},
    call: (o) => void new (web.directSockets(host()).TCPServerSocket)('::', o),
  },
  {
    of: 'UDPSocketOptions',
    right: { localAddress: '::' },
    call: (o) => void new (web.directSockets(host()).UDPSocket)(o),
  },
  {
    of: 'ServeOptions',
    right: { port: 80 },
    call: (o) => void web.serve(host(), o, () => new Response()),
  },
  { of: 'FetchOptions', right: {}, call: (o) => web.fetchOn(host(), o) },
  {
    of: '{ maxEventsPerTurn }',
    right: {},
    call: (o) => new RealtimeDriver(world(), { now: () => 0, setTimer: () => 0, clearTimer() {} }, o),
  },
];

function gatewayOptions(): GatewayOptions {
  return { outer: { connect: () => ({}) as Given }, host: { clock: { now: () => 0 } } };
}
function gateway(options: Partial<GatewayOptions>): Gateway {
  const made = new Gateway({ ...gatewayOptions(), ...options });
  void made.close();
  return made;
}

function stageOptions() {
  return { seed: 1, mslMs: 1000, delayMs: 10, rules: rfc9293 };
}
const stage = stageOptions();

/** Public interfaces with such a name that nobody gives as options. */
const NONE: Readonly<Record<string, string>> = {
  TraceOptions: 'the options of a SYN, in a trace',
  RegisterConfig: 'RegisterOptions has all of it; as text and as a file see register-config.test.ts',
  RunConfig: 'what the option lines of a script say',
};

/** What a call throws, or what its promise rejects with in this turn; null: nothing. */
async function refusal(call: () => unknown): Promise<(Error & { code?: string; option?: string }) | null> {
  try {
    const answer = call();
    const turn = new Promise((resolve) => setImmediate(resolve, null));
    if (!(answer instanceof Promise)) return null;
    return (await Promise.race([answer.then(() => null), turn])) as null;
  } catch (error) {
    return error as Error;
  }
}

/** The schema that a call asks about its options: these very ones, or (`where`) what it makes of them. */
async function schemaOf({ right, call, where }: Taker): Promise<Schema<object>> {
  const asked: Schema<object>[] = [];
  const { checkAt } = Schema.prototype;
  const spy = vi.spyOn(Schema.prototype, 'checkAt').mockImplementation(function (
    this: Schema<object>,
    ...call
  ) {
    if (where === undefined ? call[0] === right : call[1] === where) asked.push(this);
    checkAt.apply(this, call);
  });
  await refusal(() => call(right));
  spy.mockRestore();
  if (asked[0] === undefined) throw new Error('it asks no schema');
  return asked[0];
}

/** Values that are of the right kind, and not allowed. */
function outside(kind: Kind): unknown[] {
  if (kind instanceof NeededKind) return outside(kind.kind);
  if (kind instanceof NameKind) return typeof kind.names()[0] === 'number' ? [-1] : ['nonsense'];
  if (!(kind instanceof NumberKind)) return [];
  return [
    Number.NaN,
    ...(kind.low > -Number.MAX_SAFE_INTEGER ? [kind.low - 1] : []),
    ...(kind.high < Number.MAX_SAFE_INTEGER ? [kind.high + 1] : []),
    ...(kind.orInfinity ? [Number.NEGATIVE_INFINITY] : [Number.POSITIVE_INFINITY]),
    ...(kind.whole ? [kind.low + 0.5] : []),
  ];
}

/** What is inside is looked into: an unknown name in options within options, a wrong element of a list. */
function inside(kind: Kind): unknown[] {
  if (kind instanceof NeededKind) return inside(kind.kind);
  if (kind instanceof NestedKind) return [{ nonsense: 1 }];
  if (kind instanceof ListKind) return [new Array(Math.max(1, kind.length)).fill(Symbol('wrong'))];
  return kind instanceof EitherKind ? kind.kinds.flatMap(inside) : [];
}

afterEach(() => {
  for (const each of worlds.splice(0)) each.close();
});

test('every options object of the public surface is in the table', () => {
  const surface = readFileSync(new URL('../docs/surface.txt', import.meta.url), 'utf8');
  const named = [...surface.matchAll(/^interface (\w*(?:Options|Guards|Config|Setup))\b/gm)].map(
    ([, name]) => name as string,
  );
  const done = new Set([...takers.map(({ of }) => of), ...Object.keys(NONE)]);
  expect(named.length).toBeGreaterThan(45);
  expect(named.filter((name) => !done.has(name))).toEqual([]);
});

describe.each(
  takers.map((taker) => [taker.of, taker.call.toString().replace(/\s+/g, ' ').slice(0, 70), taker] as const),
)('%s: %s', (_, __, taker) => {
  const { right, call, or } = taker;
  const given = (option: string, value: unknown) => refusal(() => call({ ...right, [option]: value }));

  test('unknown names, wrong kinds and values out of range are refused by name', async () => {
    const schema = await schemaOf(taker);
    const kinds = Object.entries(schema.kinds as Record<string, Kind>);
    expect(kinds.length).toBeGreaterThan(0);

    const unknown = await given('nonsensical', 1);
    expect([unknown?.name, unknown?.code]).toEqual(['OptionTypeError', 'ERR_INVALID_ARG_VALUE']);
    expect(unknown?.message).toMatch(/there is no option '([\w[\]]+\.)*nonsensical'/);

    const [longest] = kinds.map(([name]) => name).sort((a, b) => b.length - a.length) as [string];
    expect((await given(`${longest}x`, 1))?.message).toMatch(
      new RegExp(`did you mean .*'([\\w[\\]]+\\.)*${longest}'`),
    );

    for (const [name, kind] of kinds) {
      if (!(kind instanceof AnyKind)) {
        const wrong = await given(name, Symbol('wrong'));
        expect
          .soft([name, wrong instanceof TypeError, wrong?.code])
          .toEqual([name, true, 'ERR_INVALID_ARG_TYPE']);
        expect.soft(wrong?.message).toMatch(new RegExp(`\\b${name} must be .*, not a symbol`));
      }
      for (const value of outside(kind)) {
        const out = await given(name, value);
        expect
          .soft([name, value, out instanceof RangeError, out?.code])
          .toEqual([name, value, true, 'ERR_OUT_OF_RANGE']);
        expect.soft(out?.message).toContain(`${name} must be `);
        expect.soft(out?.message).toContain(typeof value === 'string' ? `not '${value}'` : `not ${value}`);
      }
      for (const value of inside(kind)) {
        expect.soft([name, (await given(name, value)) instanceof TypeError]).toEqual([name, true]);
      }
      if (kind.needed && taker.where !== 'connect') {
        const { [name as never]: _left, ...rest } = right;
        expect.soft((await refusal(() => call(rest)))?.message).toContain(`${name} is missing: it must be`);
      }
    }
    for (const value of [null, 5, 'x', []]) {
      if (value === or || taker.where === 'connect') continue;
      expect.soft([value, (await refusal(() => call(value))) instanceof TypeError]).toEqual([value, true]);
    }
  });
});

test('the defaults of TCP pass their own check, and every setting has a kind', async () => {
  const taker = takers.find(({ of }) => of === 'TcpConfig') as Taker;
  const schema = (await schemaOf(taker)) as Schema<Partial<TcpConfig>>;
  schema.check(defaultConfig);
  expect(Object.keys(schema.kinds).sort()).toEqual(Object.keys(defaultConfig).sort());
});
