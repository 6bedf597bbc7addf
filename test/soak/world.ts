// Plays a plan in virtual time and checks what must hold: every octet that arrives is the one that was sent,
// a stream ends only after its last octet, whoever loses something is told by a named error, the invariants
// of every TCB hold after every event, nothing goes round without end, and nothing is left.

import { Host, type HostInterface, type HostTap } from '../../src/host/index.ts';
import { type Action, type Wire, World } from '../../src/sim/index.ts';
import { StrictMemory } from '../../src/sim/testing.ts';
import { brokenInvariant, type Rules, rfc9293, type Tcb, TcpError } from '../../src/tcp/index.ts';
import { Calendar } from './calendar.ts';
import { Census } from './census.ts';
import { End } from './end.ts';
import type { FaultPlan } from './faults.ts';
import { narrow, refuse } from './hop.ts';
import type { ConnectionPlan, Plan, Program } from './plan.ts';
import { Plug } from './plug.ts';
import { Site, Watched } from './site.ts';
import { addressOf, type Wiring, wireUp } from './topology.ts';
import { Totals } from './totals.ts';

const MAX_EVENTS = 20_000_000;
/**
 * Longest time that a world may take to come to rest after its last long time, in microseconds: ten days. An alarm that
 * was set for the longest keep-alive still rings 12.4 days later, in vain.
 */
const MAX_TIME_US = (10 + 12.5) * 86_400e6;
/** Packets of keep-alives at most, for each silence that an end stays over. */
const KEEP_ALIVES = 120;
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
  impatience: 0,
  patienceUs: 0,
  rests: 0,
  restKeepAliveMs: 0,
};

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
  readonly wiring: Wiring;
  readonly census = new Census();
  readonly programs = new Map<string, { program: Program; name: string }>();
  readonly totals: Totals;
  readonly calendar: Calendar;
  readonly rules: Rules;
  #sample = 0;
  #failure: Error | null = null;

  constructor(plan: Plan, totals: Totals, rules: Rules) {
    this.rules = rules;
    this.plan = plan;
    this.totals = totals;
    this.world = new World({ seed: plan.seed, memory: this.memory });
    this.calendar = new Calendar(plan);
    this.world.runSync(plan.bornUs);
    plan.hosts.forEach((host, index) => {
      const plug = new Plug(this.memory, plan.mtu, this.#ethernet ? 'ethernet' : 'ip');
      this.sites.push(new Site(index, host, plug));
    });
    this.wiring = wireUp(
      plan,
      this.world,
      this.sites.map((site) => site.plug),
    );
    for (const site of this.sites) this.boot(site);
    for (const c of plan.connections)
      this.#at(this.calendar.at(c.atUs), `connection ${c.id}`, () => this.#connect(c));
    for (const f of plan.faults)
      this.#at(this.calendar.at(f.atUs), `${f.kind} ${f.id}`, () => this.#fault(f));
  }

  #at(us: number, what: string, act: () => void): void {
    this.world.schedule(us, new Event(what, act));
  }

  /** What a program of the site does after so long, or when its host runs again. */
  #after(site: Site, us: number, what: string, act: () => void): void {
    const boot = site.boots;
    this.#at(this.world.now() + us, what, () => {
      if (site.boots === boot) site.whenAwake(act);
    });
  }

  // Hosts.

  get #ethernet(): boolean {
    return this.plan.topology === 'switch';
  }

  address(site: number, family: 4 | 6): string {
    return addressOf(this.plan, site, family);
  }

  boot(site: Site): void {
    const name = `h${site.index}.${site.boots++}`;
    const dice = this.world.random.fork(name);
    site.memory = new StrictMemory({ max: site.plan.memory, initial: 32 * 1024 });
    const host = new Host({
      name,
      clock: { now: () => this.world.now() + site.ahead.us },
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
      kind: this.#ethernet ? 'ethernet' : 'ip',
      mac: `02:00:00:00:00:0${site.index + 1}`,
      addresses: [`${this.address(site.index, 4)}/24`, `${this.address(site.index, 6)}/64`],
    });
    if (this.wiring.router !== null)
      for (const network of ['default', 'default6']) host.addRoute(network, iface as HostInterface);
    site.plug.connect(host, iface as HostInterface);
    host.tap = this.#tap(host);
    site.host = host;
    site.node = new Watched(host, site.ahead, () => this.#checkAll(host));
    this.world.addNode(site.node);
    for (const port of [80, 81]) this.#listen(site, port);
    site.udp = host.udp({
      port: 7,
      onMessage: (m, socket) => {
        if (m.data[0] !== 1) return;
        try {
          socket.send(m.data.fill(0), m.address, m.port);
        } catch (error) {
          if (!refused(error)) throw error;
        }
      },
    });
  }

  #tap(host: Host): HostTap {
    const { totals } = this;
    return {
      processed: (tcb) => {
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
    for (const end of this.census.ends)
      if (end.host === site.index && !(end.finished && end.eof)) end.dead = true;
    if (site.still === null) this.world.removeNode(site.node);
    this.#countHost(site.host);
    site.gone();
    this.#at(this.world.now() + downUs, `boot ${site.index}`, () => this.boot(site));
  }

  /** A host stands still: it is not polled, its programs do nothing, and packets wait. */
  #suspend(site: Site, forUs: number, packetsFirst: boolean): void {
    const { node } = site;
    if (node === null || site.still !== null) return;
    this.calendar.standsStill(this.world.now(), forUs);
    this.world.removeNode(node);
    site.plug.hold();
    site.still = [];
    this.#at(this.world.now() + forUs, `wake ${site.index}`, () => {
      if (site.node !== node) return;
      const acts = site.still ?? [];
      site.still = null;
      if (packetsFirst) site.plug.release();
      this.world.addNode(node);
      for (const act of acts) act();
      if (!packetsFirst) site.plug.release();
    });
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
    const around = {
      world: this.world,
      after: (us: number, act: () => void) => this.#after(site, us, name, act),
      silentUntil: () => this.calendar.silentUntil(this.world.now()),
    };
    const end = new End(around, name, site.index, program, c, random);
    c.handler = end.handler;
    this.census.add(end);
    return end;
  }

  #connect(plan: ConnectionPlan): void {
    const { from, to, family, port, localPort, client, server, id } = plan;
    const [left, right] = [this.sites[from] as Site, this.sites[to] as Site];
    left.whenAwake(() => this.#open(left, to, family, localPort, port, client, server, `c${id}`));
    if (plan.simultaneous)
      right.whenAwake(() => this.#open(right, from, family, port, localPort, server, client, `c${id}'`));
  }

  #open(
    site: Site,
    to: number,
    family: 4 | 6,
    localPort: number,
    port: number,
    program: Program,
    server: Program,
    name: string,
  ): void {
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
        const wire = this.wiring.wires[f.wire] as Wire;
        wire.configure(f.change, f.way === 'both' ? undefined : f.way);
        return;
      }
      case 'partition':
        (this.wiring.wires[f.wire] as Wire).partitionBetween(
          now,
          now + f.forUs,
          f.way === 'both' ? undefined : f.way,
        );
        return;
      case 'mtu': {
        const rule = narrow(this.wiring.wires[f.wire] as Wire, this.#ethernet, f.mtu, f.tells);
        this.#at(now + f.forUs, 'wide again', () => rule.remove());
        return;
      }
      case 'firewall': {
        const rule = refuse(this.wiring.wires[f.wire] as Wire, this.#ethernet);
        this.#at(now + f.forUs, 'no firewall', () => rule.remove());
        return;
      }
      case 'crash':
        this.#crash(this.sites[f.host] as Site, f.downUs);
        return;
      case 'listener': {
        const site = this.sites[f.host] as Site;
        site.whenAwake(() => {
          site.listeners.get(f.port)?.close();
          site.listeners.delete(f.port);
          this.#after(site, f.forUs, 'listen', () => this.#listen(site, f.port));
        });
        return;
      }
      case 'clock':
        this.#setClock(this.sites[f.host] as Site, f.byUs);
        return;
      case 'suspend':
        this.#suspend(this.sites[f.host] as Site, f.forUs, f.id % 2 === 0);
        return;
      case 'ping': {
        const data = new Uint8Array(f.octets + 1).fill(1);
        const site = this.sites[f.host] as Site;
        site.whenAwake(() => {
          if (site.host === null) return;
          try {
            site.udp?.send(data, this.address(f.to, f.id % 2 === 0 ? 4 : 6), f.id % 3 === 0 ? 9 : 7);
          } catch (error) {
            if (!refused(error)) throw error;
          }
        });
      }
    }
  }

  #setClock(site: Site, byUs: number): void {
    if (site.node === null) site.ahead.us += byUs;
    else site.node.step(byUs);
  }

  // The run, and what must hold in the end.

  async run(): Promise<void> {
    try {
      await this.world.run({ maxEvents: MAX_EVENTS, maxTimeUs: this.calendar.endUs + MAX_TIME_US });
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
    for (const wire of this.wiring.wires)
      packets += wire.ab.counters.sentPackets + wire.ba.counters.sentPackets;
    let work = 20;
    for (const end of this.census.ends) {
      const segments = (end.written + end.received) / 48;
      work += 20 + end.calls + segments + (end.program.rests * KEEP_ALIVES) / PACKETS_EACH;
    }
    const seconds = this.calendar.busyUs(this.world.now()) / 1e6;
    work += seconds * Math.min(this.census.ends.length, 10) * 0.2;
    this.totals.ratio(packets / work, this.plan.seed);
    if (packets > PACKETS_EACH * work)
      throw new Error(`${packets} packets for work of ${Math.round(work)} in ${Math.round(seconds)} s`);
    this.totals.packets += packets;
    this.totals.virtualUs += this.world.now() - this.plan.bornUs;
    this.totals.events += this.world.events;
    for (const wire of this.wiring.wires)
      for (const way of [wire.ab, wire.ba]) this.totals.wire(way.counters);
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
    const { router } = this.wiring;
    if (router !== null && router.wakeAt() !== Number.POSITIVE_INFINITY)
      throw new Error(`the router wants to wake at ${router.wakeAt()}`);
    if (this.memory.used !== 0) throw new Error(`${this.memory.used} octets are left on the wires`);
  }
}

/** Plays a plan; throws when something does not hold. */
export async function runPlan(plan: Plan, totals = new Totals(), rules: Rules = rfc9293): Promise<void> {
  await new Soak(plan, totals, rules).run();
  totals.seeds++;
}

/** A datagram that the path does not take since a hop has told its MTU, or that finds the Memory full: its sender is told. */
function refused(error: unknown): boolean {
  return error instanceof TcpError && ['EMSGSIZE', 'ENOBUFS'].includes(error.code);
}
