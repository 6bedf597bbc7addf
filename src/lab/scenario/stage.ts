// The stage of a scenario: two hosts on a wire in a world of their own, a recorder that watches both, and
// the programs (program.ts). A host can crash and come back; its interface is a socket in the wall that the
// wire stays plugged into.

import { Host, type HostInterface } from '../../host/index.ts';
import { like, needed, real, Schema } from '../../options/index.ts';
import {
  type Action as Happening,
  type PacketInfo,
  type Port,
  type Transmit,
  Wire,
  World,
} from '../../sim/index.ts';
import { type Rules, rulesKind, type StateName, stateName, type Tcb } from '../../tcp/index.ts';
import { parseAddress } from '../../wire/index.ts';
import { onEvent } from '../options.ts';
import { type End, otherEnd, type QueueView, type TraceConnection, type TraceEvent } from '../trace.ts';
import { type TraceDetail, TraceRecorder } from '../trace-recorder.ts';
import { WIRE_ENDS } from './edits.ts';
import { forge } from './forge.ts';
import { Program } from './program.ts';
import type { HostSetup, ProgramAction, Setup, Step, When } from './scenario.ts';
import { setupOptions } from './setup.ts';
import { splitting } from './split.ts';

/** Somebody at an end who makes calls and is told things. */
export interface Participant {
  act(action: ProgramAction): void;
  seen(connection: number): { readonly read: number; readonly eof: boolean };
  /** A connection may wait to be accepted. */
  mayAccept(): void;
  /** The host has lost everything. */
  forget(): void;
  tcb(connection: number): Tcb | null;
  queues(): QueueView | null;
}

/** An end that is no host of ours: a kernel. */
export interface Foreign {
  readonly end: End;
  readonly name: string;
  /** Its end of the wire. */
  readonly port: Port;
  /** Its state of connection 0, which is asked for after every segment. */
  readonly observe: () => StateName;
  program(stage: Stage): Participant;
}

/** What is not in the setup. */
export interface StageOptions {
  readonly seed: number;
  readonly mslMs: number;
  readonly delayMs: number;
  readonly rules: Rules;
  readonly onEvent?: (event: TraceEvent) => void;
  /** An end that is not ours, and the world that it lives in. */
  readonly foreign?: Foreign;
  readonly world?: World;
}

/** Where the hosts are. */
export const ADDRESSES: Readonly<Record<End, string>> = { left: '10.0.0.1', right: '10.0.0.2' };
/** Port of the listener. */
export const SERVICE_PORT = 80;
/** Port of connection 0 at the end that opens actively; connection n has n more. */
export const FIRST_PORT = 50_000;

/** Packets under way; copies beyond are not made. */
const MOST_IN_FLIGHT = 2000;
/** Where a packet has its destination. */
const IPV4_DESTINATION = 16;

/** The wire's names for what an end sends. */
const DIRECTIONS = { left: 'a->b', right: 'b->a' } as const;

/** The ports of a connection, as an end sees them: the left end's is 50000 + n. */
export function portsOf(end: End, connection: number): { readonly local: number; readonly remote: number } {
  const high = FIRST_PORT + connection;
  return end === 'left' ? { local: high, remote: SERVICE_PORT } : { local: SERVICE_PORT, remote: high };
}

/** A place for a host: the wire is joined to this, whoever lives here. */
class Place implements Port {
  readonly memory;
  readonly mtu: number;
  iface: HostInterface | null = null;
  readonly #address: number;
  readonly #recorder: TraceRecorder;
  readonly #end: End;
  #transmit: Transmit | null = null;

  constructor(world: World, mtu: number, end: End, recorder: TraceRecorder) {
    this.memory = world.memory;
    this.mtu = mtu;
    this.#recorder = recorder;
    this.#end = end;
    this.#address = parseAddress(ADDRESSES[end])?.w3 ?? 0;
  }

  attach(transmit: Transmit | null): void {
    this.#transmit = transmit;
    this.iface?.attach(transmit);
  }

  receive(off: number, len: number): void {
    if (this.iface === null) {
      this.#recorder.nobodyThere('down');
    } else if (len >= 20 && this.memory.dv.getInt32(off + IPV4_DESTINATION) !== this.#address) {
      this.#recorder.nobodyThere('nobody');
    } else {
      this.iface.receive(off, len);
      this.#recorder.processed(this.#end);
    }
  }

  /** A host moves in, or out. */
  house(iface: HostInterface | null): void {
    this.iface?.attach(null);
    this.iface = iface;
    iface?.attach(this.#transmit);
  }
}

/** A step that waits for something to be seen. */
interface Waiting {
  readonly step: Step;
  readonly when: Exclude<When, number>;
}

const stageOptions = new Schema<StageOptions>('Stage', {
  seed: needed(real(-Number.MAX_VALUE)),
  mslMs: needed(real(0)),
  delayMs: needed(real(0)),
  rules: needed(rulesKind),
  onEvent,
  foreign: like('a foreign end', 'end', 'port'),
  world: like('a World', 'settle', 'clock'),
});

/** Two hosts, a wire, time, and what the programs do. */
export class Stage {
  readonly world: World;
  readonly wire: Wire;
  readonly recorder: TraceRecorder;
  readonly programs: Readonly<Record<End, Participant>>;
  readonly setup: Setup;
  readonly #options: StageOptions;
  readonly #places: Readonly<Record<End, Place>>;
  readonly #hosts: Record<End, Host | null> = { left: null, right: null };
  readonly #incarnations: Record<End, number> = { left: 0, right: 0 };
  readonly #sent: Readonly<Record<End, Uint8Array[]>> = { left: [], right: [] };
  #waiting: Waiting[] = [];

  /** Throws OptionTypeError, OptionRangeError. */
  constructor(setup: Setup, options: StageOptions) {
    setupOptions.check(setup);
    stageOptions.check(options);
    this.setup = setup;
    this.#options = options;
    const world = options.world ?? new World({ seed: options.seed });
    const { foreign } = options;
    this.world = world;
    const name = (end: End): string =>
      foreign?.end === end ? foreign.name : (setup[end]?.name ?? (end === 'left' ? 'client' : 'server'));
    const states = (end: End) => (foreign?.end === end ? 'observed' : 'engine');
    const port = (end: End): number => (end === 'left' ? FIRST_PORT : SERVICE_PORT);
    const side = (end: End) =>
      ({ name: name(end), address: ADDRESSES[end], port: port(end), states: states(end) }) as const;
    this.recorder = new TraceRecorder({
      ends: { left: side('left'), right: side('right') },
      begin: { left: 'CLOSED', right: 'CLOSED' },
      now: () => world.now(),
      ...(foreign === undefined ? {} : { observe: { [foreign.end]: foreign.observe } }),
      onEvent: (event) => this.#seen(event),
      detail: {
        tcb: (end, connection) => this.#tcb(end, connection),
        queues: () => this.#queues(),
      },
    });
    const place = (end: End): Place => new Place(world, 1500, end, this.recorder);
    this.#places = { left: place('left'), right: place('right') };
    const plug = (end: End): Port => (foreign?.end === end ? foreign.port : this.#places[end]);
    this.wire = new Wire(world, plug('left'), plug('right'), {
      capacityPackets: MOST_IN_FLIGHT,
      ...setup.wire,
      delayUs: options.delayMs * 1000,
      ends: WIRE_ENDS,
    });
    this.wire.tap = this.recorder.wireTap;
    const program = (end: End): Participant =>
      foreign?.end === end ? foreign.program(this) : new Program(this, end);
    this.programs = { left: program('left'), right: program('right') };
    for (const end of WIRE_ENDS) if (foreign?.end !== end) this.boot(end);
  }

  /** The host at an end; null after a crash. */
  host(end: End): Host | null {
    return this.#hosts[end];
  }

  /** A new host, which knows nothing, at an end. */
  boot(end: End): void {
    const { setup, world } = this;
    const { mslMs, rules } = this.#options;
    const own: HostSetup = setup[end] ?? {};
    const dice = world.random.fork(`${end} ${this.#incarnations[end]++}`);
    const host = new Host({
      name: end,
      clock: world.clock,
      random: () => dice.nextUint32(),
      memory: world.memory,
      tcp: { mslMs, ...setup.tcp, ...own.tcp },
      rules: own.splitsHandshake === true ? splitting(rules) : rules,
      ...(own.connections === undefined ? {} : { connectionCapacity: own.connections }),
    });
    const iface = host.addInterface({ addresses: [`${ADDRESSES[end]}/24`] });
    host.tap = this.recorder.hostTap(end);
    this.#places[end].house(iface);
    this.#hosts[end] = host;
    world.addNode(host);
  }

  /** The host at an end loses everything. */
  crash(end: End): void {
    const host = this.#hosts[end];
    if (host === null) return;
    host.tap = null;
    this.world.removeNode(host);
    this.#places[end].house(null);
    this.#hosts[end] = null;
    this.programs[end].forget();
  }

  /** Puts all steps in their places in time. */
  begin(steps: readonly Step[]): void {
    if (steps.some((step) => step.do === 'repeat')) this.#remember();
    if (this.setup.listen !== null) this.#do({ do: 'listen', end: 'right', when: 0 });
    for (const step of steps) {
      if (typeof step.when === 'number') this.#at(step.when * 1000, step);
      else this.#waiting.push({ step, when: step.when });
    }
    this.look();
  }

  /** Something was seen that steps may have waited for. */
  look(): void {
    const due = this.#waiting.filter(({ when }) => this.#holds(when));
    if (due.length === 0) return;
    this.#waiting = this.#waiting.filter((waiting) => !due.includes(waiting));
    for (const { step, when } of due) this.#at(this.world.now() + (when.after ?? 0) * 1000, step);
  }

  #holds(when: Exclude<When, number>): boolean {
    const { end, connection = 0 } = when;
    if ('state' in when) {
      const index = this.recorder.connection(FIRST_PORT + connection, SERVICE_PORT);
      return this.recorder.stateOf(end, index) === when.state;
    }
    const { read, eof } = this.programs[end].seen(connection);
    return 'sees' in when ? eof : read >= when.read;
  }

  #seen(event: TraceEvent): void {
    this.#options.onEvent?.(event);
    if (event.changes.length === 0) return;
    // In SYN-RECEIVED already, if its text was taken with the SYN (RFC 7413).
    for (const { end, to } of event.changes)
      if (to === 'ESTABLISHED' || to === 'SYN-RECEIVED') this.programs[end].mayAccept();
    this.look();
  }

  #at(us: number, step: Step): void {
    const happening: Happening = { run: () => this.#do(step), describe: () => step.do };
    this.world.schedule(us, happening);
  }

  /** Runs `act` in this instant, when what happens now is over. */
  soon(act: () => void): void {
    this.world.schedule(this.world.now(), { run: act });
  }

  #do(step: Step): void {
    switch (step.do) {
      case 'cut':
      case 'mend':
        this.wire.partition(step.do === 'cut');
        this.recorder.fault(step.do, null);
        return;
      case 'crash':
        if (this.#hosts[step.end] === null) return;
        this.crash(step.end);
        this.recorder.fault('crash', step.end);
        return;
      case 'reboot':
        if (this.#hosts[step.end] !== null || this.#options.foreign?.end === step.end) return;
        this.boot(step.end);
        this.recorder.fault('reboot', step.end);
        if (step.end === 'right' && this.setup.listen !== null)
          this.programs.right.act({ do: 'listen', end: 'right' });
        return;
      case 'inject':
        this.#inject(step);
        return;
      case 'repeat':
        this.#repeat(step.from, step.nth);
        return;
      default:
        if (this.#hosts[step.end] !== null || this.#options.foreign?.end === step.end)
          this.programs[step.end].act(step);
    }
  }

  #inject(step: Step & { readonly do: 'inject' }): void {
    const { to, segment, connection = 0 } = step;
    const tcb = this.programs[to].tcb(connection);
    const from = otherEnd(to);
    const ports = portsOf(to, connection);
    const bytes = forge(segment, tcb, {
      source: segment.address ?? ADDRESSES[from],
      destination: ADDRESSES[to],
      sourcePort: segment.port ?? ports.remote,
      destinationPort: ports.local,
    });
    this.recorder.flush();
    this.wire.inject(DIRECTIONS[from], bytes);
  }

  /** Packets beyond the list go as usual. */
  arrivals(from: End, times: readonly (number | null)[]): void {
    const direction = DIRECTIONS[from];
    const lost = times.flatMap((at, i) => (at === null ? [i + 1] : []));
    const match = (): boolean => true;
    if (lost.length > 0) this.wire.rule({ direction, match, nth: lost, action: { drop: true } });
    let sent = 0;
    const delayBy = (): number => {
      const at = times[sent++] ?? null;
      return at === null ? 0 : Math.max(0, at * 1000 - this.world.now() - this.#options.delayMs * 1000);
    };
    this.wire.rule({ direction, match, action: { delayBy } });
  }

  /** Keeps what an end sends, so that it can be repeated. */
  #remember(): void {
    for (const from of WIRE_ENDS) {
      const match = (p: PacketInfo): boolean => {
        this.#sent[from].push(p.bytes());
        return false;
      };
      this.wire.rule({ direction: DIRECTIONS[from], match, action: { drop: true } });
    }
  }

  #repeat(from: End, nth: number): void {
    const bytes = this.#sent[from][nth - 1];
    if (bytes === undefined) return;
    this.recorder.flush();
    this.wire.inject(DIRECTIONS[from], bytes);
  }

  #tcb(end: End, { left, right }: TraceConnection): ReturnType<TraceDetail['tcb']> {
    const host = this.#hosts[end];
    if (host === null) return null;
    const [local, remote] = end === 'left' ? [left.port, right.port] : [right.port, left.port];
    for (const { tcb } of host.connections) {
      if (tcb.localPort === local && tcb.remotePort === remote && stateName(tcb.state) !== 'CLOSED')
        return { tcb, nowMs: Math.floor(this.world.now() / 1000) };
    }
    return null;
  }

  #queues(): QueueView | null {
    return this.programs.right.queues();
  }
}
