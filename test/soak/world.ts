// Plays a plan in virtual time and checks what must hold: every octet that arrives is the one that was sent,
// a stream ends only after its last octet, whoever loses something is told by a named error, the invariants
// of every TCB hold after every event, nothing goes round without end, and nothing is left.

import {
  Host,
  type HostInterface,
  type HostTap,
  type Listener,
  type UdpSocket,
} from '../../src/host/index.ts';
import { type Action, type Node, type PacketInfo, Switch, Wire, World } from '../../src/sim/index.ts';
import { StrictMemory } from '../../src/sim/testing.ts';
import { brokenInvariant, type Rules, rfc9293, type Tcb, type TcpError } from '../../src/tcp/index.ts';
import { Memory } from '../../src/wire/index.ts';
import { Census } from './census.ts';
import { End } from './end.ts';
import type { ConnectionPlan, FaultPlan, HostPlan, Plan, Program } from './plan.ts';
import { Plug } from './plug.ts';
import { tooBig, unreachable } from './router.ts';
import { Totals } from './totals.ts';

const MAX_EVENTS = 20_000_000;
/** Longest time that a world may take to come to rest, in virtual microseconds: ten days. */
const MAX_TIME_US = 10 * 86_400e6;
/** Packets for each call that moved octets, each segment of text that is needed, and each second of a life. */
const PACKETS_EACH = 10;

/** What a server does that knows nothing of its client. */
const POLITE: Program = {
  octets: 0,
  mostAtOnce: 1,
  writePause: 0,
  writePauseUs: 0,
  readAtOnce: 0x7fffffff,
  readPause: 0,
  readPauseUs: 0,
  leave: 'end',
  quitAfterUs: 0,
  noDelay: false,
  cork: false,
  urgent: false,
  userTimeoutMs: 0,
  promises: false,
};

/** A host that is looked at after every poll. */
class Watched implements Node {
  readonly host: Host;
  readonly #check: (host: Host) => void;

  constructor(host: Host, check: (host: Host) => void) {
    this.host = host;
    this.#check = check;
  }
  poll(nowUs: number): void {
    this.host.poll(nowUs);
    this.#check(this.host);
  }
  wakeAt(): number {
    return this.host.wakeAt();
  }
  setWaker(wake: (atUs: number) => void): void {
    this.host.setWaker(wake);
  }
  describe(): string {
    return this.host.describe();
  }
}

/** A place for a host, and the host that runs there now. */
interface Site {
  readonly index: number;
  readonly plan: HostPlan;
  readonly plug: Plug;
  host: Host | null;
  node: Watched | null;
  memory: Memory;
  listeners: Map<number, Listener>;
  udp: UdpSocket | null;
  boots: number;
}

class Event implements Action {
  readonly #act: () => void;
  readonly #what: string;
  constructor(what: string, act: () => void) {
    this.#what = what;
    this.#act = act;
  }
  run(): void {
    this.#act();
  }
  describe(): string {
    return this.#what;
  }
}

/** A world at work. */
class Soak {
  readonly plan: Plan;
  readonly memory = new StrictMemory();
  readonly world: World;
  readonly sites: Site[] = [];
  readonly wires: Wire[] = [];
  readonly census = new Census();
  readonly programs = new Map<string, { program: Program; name: string }>();
  readonly totals: Totals;
  readonly rules: Rules;
  #sample = 0;
  #failure: Error | null = null;

  constructor(plan: Plan, totals: Totals, rules: Rules) {
    this.rules = rules;
    this.plan = plan;
    this.totals = totals;
    this.world = new World({ seed: plan.seed, memory: this.memory });
    const kind = plan.lan ? 'ethernet' : 'ip';
    const box = plan.lan ? new Switch(this.world) : null;
    plan.hosts.forEach((host, index) => {
      const plug = new Plug(this.memory, plan.mtu, kind);
      this.sites.push({
        index,
        plan: host,
        plug,
        host: null,
        node: null,
        memory: new Memory(),
        listeners: new Map(),
        udp: null,
        boots: 0,
      });
      if (box !== null) this.wires.push(box.connect(plug, plan.wires[index]));
    });
    const [a, b] = this.sites;
    if (box === null && a !== undefined && b !== undefined)
      this.wires.push(new Wire(this.world, a.plug, b.plug, plan.wires[0]));
    for (const site of this.sites) this.boot(site);
    for (const c of plan.connections) this.#at(c.atUs, `connection ${c.id}`, () => this.#connect(c));
    for (const f of plan.faults) this.#at(f.atUs, `${f.kind} ${f.id}`, () => this.#fault(f));
  }

  #at(us: number, what: string, act: () => void): void {
    this.world.schedule(us, new Event(what, act));
  }

  // Hosts.

  address(site: number, family: 4 | 6): string {
    return family === 4 ? `10.0.0.${site + 1}` : `fd00::${site + 1}`;
  }

  boot(site: Site): void {
    const name = `h${site.index}.${site.boots++}`;
    const dice = this.world.random.fork(name);
    site.memory = new StrictMemory({ max: site.plan.memory, initial: 32 * 1024 });
    const host = new Host({
      name,
      clock: this.world.clock,
      random: () => dice.nextUint32(),
      memory: site.memory,
      tcp: site.plan.tcp,
      rules: this.rules,
      ports: site.plan.ports,
      timeWaitCapacity: site.plan.timeWaitCapacity,
      onUserWoke: () => this.world.userWoke(),
    });
    const iface = host.addInterface({
      name: 'eth0',
      mtu: this.plan.mtu,
      kind: this.plan.lan ? 'ethernet' : 'ip',
      mac: `02:00:00:00:00:0${site.index + 1}`,
      addresses: [`${this.address(site.index, 4)}/24`, `${this.address(site.index, 6)}/64`],
    });
    site.plug.connect(host, iface as HostInterface);
    host.tap = this.#tap(host);
    site.host = host;
    site.node = new Watched(host, () => this.#checkAll(host));
    this.world.addNode(site.node);
    for (const port of [80, 81]) this.#listen(site, port);
    site.udp = host.udp({
      port: 7,
      onMessage: (m, socket) => {
        if (m.data[0] === 1) socket.send(m.data.fill(0), m.address, m.port);
      },
    });
  }

  #tap(host: Host): HostTap {
    const { totals } = this;
    return {
      segmentIn: (tcb) => {
        totals.segments++;
        if (tcb !== null && (this.#sample++ & 7) === 0) this.#check(host, tcb);
      },
      transition: (_, row) => totals.row(row.id),
      drop: (_tcb, _seg, reason) => totals.drop(reason),
    };
  }

  #checkAll(host: Host): void {
    if ((this.#sample++ & 15) !== 0) return;
    for (const c of host.tcp.connections()) this.#check(host, c.tcb);
  }

  #check(host: Host, tcb: Tcb): void {
    const broken = brokenInvariant(tcb);
    if (broken !== null) throw new Error(`${host.name} at ${this.world.now()} µs: ${broken}`);
  }

  #crash(site: Site, downUs: number): void {
    if (site.host === null || site.node === null) return;
    for (const end of this.census.ends) if (end.host === site.index && !end.finished) end.dead = true;
    this.world.removeNode(site.node);
    site.plug.pull();
    this.#countHost(site.host);
    site.host = null;
    site.node = null;
    site.listeners = new Map();
    this.#at(this.world.now() + downUs, `boot ${site.index}`, () => this.boot(site));
  }

  // Connections.

  /** Port 80 is served by promises, port 81 by callbacks. */
  #listen(site: Site, port: number): void {
    const { host } = site;
    if (host === null || site.listeners.has(port)) return;
    const { backlog, synBacklog, synCookies } = site.plan;
    const listener = host.listen({
      port,
      backlog,
      synBacklog,
      synCookies,
      ...(port === 81 ? { handler: { open: (c) => this.#serve(site, c)?.begin() } } : {}),
    });
    site.listeners.set(port, listener);
    if (port !== 80) return;
    const accept = async (): Promise<void> => {
      for await (const c of listener) {
        const end = this.#serve(site, c);
        // It may have ended while it waited to be accepted.
        if (c.state === 'CLOSED' && c.error !== null) end?.handler.close?.(c, c.error);
        else end?.begin();
      }
    };
    accept().catch((error) => this.#fail(error));
  }

  #fail(error: unknown): void {
    this.#failure ??= error as Error;
  }

  #serve(site: Site, c: End['c']): End | null {
    const wanted = this.programs.get(`${c.remoteAddress}:${c.remotePort}:${c.tcb.rcv.irs}`);
    const name = `server of ${wanted?.name ?? 'nobody'}`;
    return this.#end(site, c, wanted?.program ?? POLITE, name);
  }

  #end(site: Site, c: End['c'], program: Program, name: string): End {
    const random = this.world.random.fork(`${name} ${site.boots} ${c.tcb.snd.iss}`);
    const end = new End(this.world, name, site.index, program, c, random);
    c.handler = end.handler;
    this.census.add(end);
    return end;
  }

  #connect(plan: ConnectionPlan): void {
    const { from, to, family, port, localPort, client, server, id } = plan;
    this.#open(from, to, family, localPort, port, client, server, `c${id}`);
    if (plan.simultaneous) this.#open(to, from, family, port, localPort, server, client, `c${id}'`);
  }

  #open(
    from: number,
    to: number,
    family: 4 | 6,
    localPort: number,
    port: number,
    program: Program,
    server: Program,
    name: string,
  ): void {
    const site = this.sites[from] as Site;
    if (site.host === null) return;
    this.totals.connections++;
    try {
      const c = site.host.open({ address: this.address(to, family), port, localPort });
      const end = this.#end(site, c, program, name);
      this.programs.set(end.key, { program: server, name });
      end.arm();
    } catch (error) {
      if (!['EADDRINUSE', 'EADDRNOTAVAIL'].includes((error as TcpError).code)) throw error;
      this.totals.refused++;
    }
  }

  // Faults.

  #fault(f: FaultPlan): void {
    this.totals.fault(f.kind);
    const now = this.world.now();
    switch (f.kind) {
      case 'wire': {
        const wire = this.wires[f.wire] as Wire;
        wire.configure(f.change, f.way === 'both' ? undefined : f.way);
        return;
      }
      case 'partition':
        (this.wires[f.wire] as Wire).partitionBetween(
          now,
          now + f.forUs,
          f.way === 'both' ? undefined : f.way,
        );
        return;
      case 'mtu':
        this.#narrow(this.wires[f.wire] as Wire, f.mtu, f.tells, f.forUs);
        return;
      case 'firewall':
        this.#refuse(this.wires[f.wire] as Wire, f.forUs);
        return;
      case 'crash':
        this.#crash(this.sites[f.host] as Site, f.downUs);
        return;
      case 'listener': {
        const site = this.sites[f.host] as Site;
        site.listeners.get(f.port)?.close();
        site.listeners.delete(f.port);
        this.#at(now + f.forUs, 'listen', () => this.#listen(site, f.port));
        return;
      }
      case 'ping': {
        const data = new Uint8Array(f.octets + 1).fill(1);
        (this.sites[f.host] as Site).host !== null &&
          (this.sites[f.host] as Site).udp?.send(
            data,
            this.address(f.to, f.id % 2 === 0 ? 4 : 6),
            f.id % 3 === 0 ? 9 : 7,
          );
      }
    }
  }

  /** For a while longer packets do not pass; the router says so, or does not. */
  #narrow(wire: Wire, mtu: number, tells: boolean, forUs: number): void {
    const { lan } = this.plan;
    const match = (p: PacketInfo): boolean => {
      const { family } = p;
      const least = family === 6 ? Math.max(mtu, 1280) : mtu;
      if (family === 0 || p.len - (lan ? 14 : 0) <= least) return false;
      const answer = tells ? tooBig(p.bytes(), lan, least) : null;
      if (answer !== null) wire.inject(p.direction === 'a->b' ? 'b->a' : 'a->b', answer);
      return true;
    };
    const rule = wire.rule({ match, action: { drop: true } });
    this.#at(this.world.now() + forUs, 'wide again', () => rule.remove());
  }

  /** For a while SYNs are answered by ICMP: port unreachable, which is hard (RFC 9293 SHLD-26). */
  #refuse(wire: Wire, forUs: number): void {
    const { lan } = this.plan;
    const match = (p: PacketInfo): boolean => {
      if (((p.tcp?.ctl ?? 0) & 2) === 0) return false;
      const answer = unreachable(p.bytes(), lan);
      if (answer !== null) wire.inject(p.direction === 'a->b' ? 'b->a' : 'a->b', answer);
      return true;
    };
    const rule = wire.rule({ match, action: { drop: true } });
    this.#at(this.world.now() + forUs, 'no firewall', () => rule.remove());
  }

  // The run, and what must hold in the end.

  async run(): Promise<void> {
    try {
      await this.world.run({ maxEvents: MAX_EVENTS, maxTimeUs: MAX_TIME_US });
    } catch (error) {
      const left = this.census.ends.filter((end) => !end.finished && !end.dead).map((end) => end.describe());
      throw new Error(`the world does not come to rest: ${left.join('; ')}`, { cause: error });
    }
    if (this.#failure !== null) throw this.#failure;
    this.census.check(this.plan, this.totals);
    this.#checkQuiet();
    await this.#checkNothingLeft();
  }

  /** Packets in proportion to the work and to the time that connections lived. */
  #checkQuiet(): void {
    let packets = 0;
    for (const wire of this.wires) packets += wire.ab.counters.sentPackets + wire.ba.counters.sentPackets;
    let work = 20;
    for (const end of this.census.ends) {
      const segments = (end.written + end.received) / 48;
      work += 20 + end.calls + segments;
    }
    const seconds = this.world.now() / 1e6;
    work += seconds * Math.min(this.census.ends.length, 10) * 0.2;
    this.totals.ratio(packets / work, this.plan.seed);
    if (packets > PACKETS_EACH * work)
      throw new Error(`${packets} packets for work of ${Math.round(work)} in ${Math.round(seconds)} s`);
    this.totals.packets += packets;
    this.totals.virtualUs += this.world.now();
    this.totals.events += this.world.events;
    for (const wire of this.wires) for (const way of [wire.ab, wire.ba]) this.totals.wire(way.counters);
  }

  #countHost(host: Host): void {
    this.totals.cookies += host.counters.cookiesAccepted;
  }

  async #checkNothingLeft(): Promise<void> {
    for (const site of this.sites) {
      for (const l of site.listeners.values()) l.close();
      site.udp?.close();
    }
    await this.world.run({ maxEvents: MAX_EVENTS, maxTimeUs: Infinity });
    for (const { host, memory, listeners } of this.sites) {
      if (host === null) continue;
      this.#countHost(host);
      let half = 0;
      for (const l of listeners.values()) half += l.synQueueLength + l.acceptQueueLength;
      const left = [host.tcp.size, host.tcp.timeWait.size, half, memory.used];
      if (left.some((n) => n !== 0) || host.wakeAt() !== Number.POSITIVE_INFINITY)
        throw new Error(
          `${host.name}: connections, TIME-WAIT, in queues, octets: ${left.join(', ')} are left; wake at ${host.wakeAt()}`,
        );
    }
    if (this.memory.used !== 0) throw new Error(`${this.memory.used} octets are left on the wires`);
  }
}

/** Plays a plan; throws when something does not hold. */
export async function runPlan(plan: Plan, totals = new Totals(), rules: Rules = rfc9293): Promise<void> {
  await new Soak(plan, totals, rules).run();
  totals.seeds++;
}
