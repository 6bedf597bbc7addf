// One direction of a simulated wire: takes packets from one port, decides their fate in a fixed order
// (partition, rules, mtu, loss, queue, mark, duplication, corruption, delay, reordering) and gives the
// survivors to the other port. Every block is freed exactly once.

import { type Memory, markCe } from '../wire/index.ts';
import { Bottleneck } from './bottleneck.ts';
import { DirectionConfig, type WireConfig } from './config.ts';
import { type DropReason, WireCounters, type WireTap } from './counters.ts';
import { Dice } from './dice.ts';
import type { Flight } from './flight.ts';
import { Line } from './line.ts';
import { Outage } from './outage.ts';
import { type DirectionName, PacketInfo } from './packet.ts';
import type { Corruption, LiveRule } from './rules.ts';
import type { Port } from './types.ts';
import { Verdict } from './verdict.ts';
import type { World } from './world.ts';

/** One direction of a {@link Wire}. */
export class WireDirection {
  readonly name: DirectionName;
  readonly wireName: string;
  readonly config = new DirectionConfig();
  readonly counters = new WireCounters();
  /** Packets that rules hold. */
  held = 0;
  tap: WireTap | null = null;
  rules: LiveRule[] = [];
  readonly #world: World;
  readonly #to: Port;
  /** Of the sending port: packets under way lie here. */
  readonly #memory: Memory;
  readonly #sameMemory: boolean;
  readonly #dice: Dice;
  readonly #info: PacketInfo;
  readonly #outage = new Outage();
  readonly #bottleneck = new Bottleneck();
  readonly #line: Line;
  readonly #verdict = new Verdict();
  /** Nothing but a delay, and nobody looks. */
  #plain = true;
  #index = 0;

  constructor(world: World, wireName: string, name: DirectionName, from: Port, to: Port) {
    this.name = name;
    this.wireName = wireName;
    this.#world = world;
    this.#to = to;
    this.#memory = from.memory;
    this.#sameMemory = from.memory === to.memory;
    this.#line = new Line(world, this);
    this.#dice = new Dice(world.random.fork(`wire ${wireName} ${name}`));
    this.#info = new PacketInfo(name, from.kind ?? 'ip', from.memory);
  }

  /** Packets on their way to arrive; those that rules hold come on top. */
  get inFlight(): number {
    return this.#line.inFlight;
  }

  describe(): string {
    return `${this.wireName} ${this.name}`;
  }

  /** Packets and bytes that wait for the bandwidth now. */
  get queued(): { packets: number; bytes: number } {
    this.#bottleneck.drain(this.#world.now());
    return { packets: this.#bottleneck.queuedPackets, bytes: this.#bottleneck.queuedBytes };
  }

  configure(change: WireConfig): void {
    this.config.apply(change);
    this.refresh();
  }

  /** To be called after rules, tap or config have changed. */
  refresh(): void {
    this.#plain = this.config.plain && this.tap === null && this.rules.length === 0 && !this.#outage.possible;
  }

  partition(on: boolean): void {
    this.#outage.set(on);
    if (!on) this.#outage.clearWindows();
    this.refresh();
  }

  partitionBetween(fromUs: number, toUs: number): void {
    this.#outage.add(fromUs, toUs);
    this.refresh();
  }

  /** A packet from the sending port; its block is ours now. */
  send(off: number, len: number): void {
    this.counters.sentPackets++;
    this.counters.sentBytes += len;
    const index = this.#index++;
    if (this.#plain && this.#line.inFlight < this.config.capacityPackets) {
      this.#line.append(this.#line.take(off, len, index), this.#world.now() + this.config.delayUs);
    } else {
      this.#decide(off, len, index);
    }
  }

  /** A packet from nowhere: a copy of `bytes` arrives after the delay; neither faults nor rules touch it. */
  inject(bytes: Uint8Array): boolean {
    const len = bytes.length;
    const off = len === 0 ? 0 : this.#memory.alloc(len);
    if (off === 0) return false;
    this.#memory.u8.set(bytes, off);
    this.counters.injected++;
    const flight = this.#line.take(off, len, this.#index++);
    flight.injected = true;
    this.tap?.sent?.(this.#show(flight));
    this.#line.append(flight, this.#world.now() + this.config.delayUs);
    return true;
  }

  /** A held packet goes on, as if sent now. */
  goOn(flight: Flight): void {
    this.held--;
    this.#line.inFlight++;
    this.#line.append(flight, this.#world.now() + this.config.delayUs);
  }

  /** Drops everything under way; what rules hold is theirs. */
  clear(): void {
    this.#line.forEach((flight) => void this.#lose(flight, 'cleared'));
  }

  /** Drops a packet that a rule held. */
  loseHeld(flight: Flight): void {
    this.held--;
    this.#line.inFlight++;
    this.#lose(flight, 'cleared');
    this.#line.give(flight);
  }

  /** The full course of a packet, step by step. */
  #decide(off: number, len: number, index: number): void {
    const { config } = this;
    const now = this.#world.now();
    const p = this.#info.set(this.#memory, off, len, index, 0, now);
    this.tap?.sent?.(p);
    const verdict = this.#verdict.reset();
    const reason = this.#refusal(p, now, verdict);
    if (reason !== null) {
      this.counters.dropped[reason]++;
      this.tap?.dropped?.(p, reason);
      this.#memory.free(off, len);
      return;
    }
    if (verdict.mark || (config.mark > 0 && this.#dice.mark.chance(config.mark))) this.#mark(p);
    const limited = config.bandwidthBps !== Infinity;
    const leavesUs = limited ? this.#bottleneck.enqueue(now, len, config.bandwidthBps) : now;
    if (config.duplicate > 0 && this.#dice.duplicate.chance(config.duplicate)) verdict.copies++;
    const flight = this.#line.take(off, len, index);
    // The copies leave after the packet, but are made before it can be corrupted.
    let twin = verdict.copies > 0 ? this.#copy(flight, verdict.copies) : null;
    for (const corruption of verdict.corruptions) this.#corrupt(p, corruption);
    if (config.corrupt > 0 && this.#dice.corrupt.chance(config.corrupt)) this.#corrupt(p, 'random');
    if (verdict.extraUs > 0) this.counters.delayed++;
    this.#depart(flight, leavesUs, verdict);
    while (twin !== null) {
      const next: Flight | null = twin.next;
      twin.next = null;
      this.#depart(twin, leavesUs, verdict);
      twin = next;
    }
  }

  /** Why the packet does not enter, or null. */
  #refusal(p: PacketInfo, now: number, verdict: Verdict): DropReason | null {
    const { config } = this;
    if (this.#outage.isCut(now)) return 'partition';
    verdict.judge(p, this.rules);
    if (verdict.drop) return 'rule';
    if (p.len > config.mtu) return 'mtu';
    if (config.loss > 0 && this.#dice.loss.chance(config.loss)) return 'loss';
    if (this.#line.inFlight + this.held >= config.capacityPackets) return 'capacity';
    if (config.bandwidthBps === Infinity) return null;
    const queue = this.#bottleneck;
    queue.drain(now);
    const full = queue.queuedPackets >= config.queuePackets || queue.queuedBytes + p.len > config.queueBytes;
    return full ? 'queue' : null;
  }

  /** Up to `copies` twins of a packet, as a list. */
  #copy(flight: Flight, copies: number): Flight | null {
    let first: Flight | null = null;
    let last: Flight | null = null;
    for (let n = 1; n <= copies; n++) {
      const room = this.#line.inFlight + this.held < this.config.capacityPackets;
      const off = room ? this.#memory.alloc(flight.len) : 0;
      if (off === 0) {
        this.counters.notDuplicated++;
        continue;
      }
      this.#memory.u8.copyWithin(off, flight.off, flight.off + flight.len);
      const twin = this.#line.take(off, flight.len, flight.index);
      twin.copy = n;
      this.counters.duplicated++;
      this.tap?.duplicated?.(this.#show(twin));
      if (last === null) first = twin;
      else last.next = twin;
      last = twin;
    }
    this.#show(flight);
    return first;
  }

  /** As a router does that drops no packet of who can be told otherwise (RFC 3168 section 5). */
  #mark(p: PacketInfo): void {
    const { ip } = p;
    if (ip === null || !markCe(this.#memory, ip)) return;
    this.counters.marked++;
    this.tap?.marked?.(p);
  }

  #corrupt(p: PacketInfo, what: Corruption): void {
    if (p.len === 0) return;
    let bit: number;
    let mask: number;
    if (what !== 'random' && 'octet' in what) {
      bit = what.octet * 8;
      mask = 0xff;
    } else {
      bit = what === 'random' ? this.#dice.corrupt.int(p.len * 8) : what.bit;
      mask = 0x80 >> (bit & 7);
    }
    if (bit >= p.len * 8) return;
    const { u8 } = this.#memory;
    const at = p.off + (bit >> 3);
    u8[at] = (u8[at] as number) ^ mask;
    p.forget();
    this.counters.corrupted++;
    this.tap?.corrupted?.(p, bit);
  }

  /** Sets a packet on its way; its last bit leaves the transmitter at `leavesUs`. */
  #depart(flight: Flight, leavesUs: number, verdict: Verdict): void {
    const { config, counters } = this;
    if (verdict.holder !== null) {
      counters.held++;
      this.tap?.delayed?.(this.#show(flight), Infinity);
      verdict.holder.flights.push(flight);
      this.#line.inFlight--;
      this.held++;
      return;
    }
    let atUs = leavesUs + config.delayUs;
    let ordered = true;
    if (config.jitterUs > 0) {
      atUs += this.#dice.jitter.int(config.jitterUs + 1);
      ordered = config.keepOrder;
    }
    let extraUs = verdict.extraUs;
    if (config.reorder > 0 && this.#dice.reorder.chance(config.reorder)) {
      extraUs += config.reorderExtraUs;
      counters.reordered++;
    }
    if (extraUs > 0) {
      atUs += extraUs;
      ordered = false;
      this.tap?.delayed?.(this.#show(flight), atUs);
    }
    if (ordered) this.#line.append(flight, atUs);
    else {
      this.#line.appendLoose(flight, atUs);
    }
  }

  /** Internal: a packet has come to the end of the line. */
  arrive(flight: Flight): void {
    const { off, len } = flight;
    const arrives = off !== 0 && (this.#plain || this.#mayArrive(flight));
    this.#line.give(flight);
    if (!arrives) return; // cleared while under way, or cut off
    this.#line.inFlight--;
    const { counters } = this;
    if (this.#sameMemory) {
      counters.deliveredPackets++;
      counters.deliveredBytes += len;
      if (this.#hand(off, len)) return;
    } else {
      this.#deliverCopy(off, len);
    }
    this.#memory.free(off, len);
  }

  #mayArrive(flight: Flight): boolean {
    if (this.#outage.isCut(this.#world.now())) {
      this.#lose(flight, 'partition');
      return false;
    }
    this.tap?.delivered?.(this.#show(flight));
    return true;
  }

  #deliverCopy(off: number, len: number): void {
    const { counters } = this;
    const there = this.#to.memory;
    const copy = there.alloc(len);
    if (copy === 0) {
      counters.dropped.memory++;
      return;
    }
    there.u8.set(this.#memory.u8.subarray(off, off + len), copy);
    counters.deliveredPackets++;
    counters.deliveredBytes += len;
    if (!this.#hand(copy, len)) there.free(copy, len);
  }

  /** Gives a block of the receiver's memory to it. True: it keeps the block. */
  #hand(off: number, len: number): boolean {
    if (this.#to.deliver !== undefined) return this.#to.deliver(off, len);
    this.#to.receive(off, len);
    return false;
  }

  /** Drops a packet under way. Its flight stays where it is, without a block, until its event comes. */
  #lose(flight: Flight, reason: DropReason): void {
    if (flight.off === 0) return;
    this.counters.dropped[reason]++;
    this.tap?.dropped?.(this.#show(flight), reason);
    this.#memory.free(flight.off, flight.len);
    flight.off = 0;
    this.#line.inFlight--;
  }

  #show(flight: Flight): PacketInfo {
    const now = this.#world.now();
    const p = this.#info.set(this.#memory, flight.off, flight.len, flight.index, flight.copy, now);
    p.injected = flight.injected;
    return p;
  }
}
