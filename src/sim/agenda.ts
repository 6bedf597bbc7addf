// What happens in a world and in which order: events, and nodes that want to be polled.
//
// One instant goes in rounds: the events that are due, then the nodes that want to be polled, and so
// on until nothing is due; then time moves to the next event. A burst of packets of one instant is
// thus received as a whole before its receiver is polled.

import { EventHeap, EventRing } from './events.ts';
import type { Action, Node } from './types.ts';

/** `alarmUs` of a node that has left. */
const REMOVED = -1;

/** A node, and for one with a waker the alarm that is set for it. */
class NodeSlot implements Action {
  readonly node: Node;
  readonly agenda: Agenda;
  alarmUs = Infinity;
  due = false;

  constructor(agenda: Agenda, node: Node) {
    this.agenda = agenda;
    this.node = node;
  }

  run(nowUs: number): void {
    if (this.alarmUs !== nowUs) return; // an earlier alarm has run in its place
    this.alarmUs = Infinity;
    this.agenda.wakeSlot(this, this.node.wakeAt());
  }

  describe(): string {
    return `wake ${this.node.describe?.() ?? 'a node'}`;
  }
}

/** Virtual time, and all that is to happen in it. */
export class Agenda {
  nowUs = 0;
  /** Events and polls since the beginning. */
  events = 0;
  /** True while an event runs, or a run that does not yield. */
  busy = false;
  readonly #scheduled: () => void;
  readonly #heap = new EventHeap();
  readonly #ring = new EventRing();
  /** Nodes asked for wakeAt() after every round. */
  #asked: NodeSlot[] = [];
  /** Nodes with a waker that want a poll now. */
  #due: NodeSlot[] = [];
  /** Those of them that are polled in this round, and the next of these. */
  #polling: NodeSlot[] = [];
  #pollingNext = 0;
  #wakers: NodeSlot[] = [];
  /** Ring events left in this round. */
  #round = 0;
  /** Next of #asked in this round of polls. */
  #cursor = 0;
  #polled = false;
  #nextWakeUs = Infinity;

  /** `scheduled` is told of what is scheduled while the agenda is not busy. */
  constructor(scheduled: () => void) {
    this.#scheduled = scheduled;
  }

  get nodes(): Node[] {
    return [...this.#asked, ...this.#wakers].map(({ node }) => node);
  }

  /** The node is polled from now on. */
  addNode(node: Node): void {
    const slot = new NodeSlot(this, node);
    if (node.setWaker === undefined) {
      this.#asked.push(slot);
      this.#fromOutside();
      return;
    }
    this.#wakers.push(slot);
    node.setWaker((atUs) => this.wakeSlot(slot, atUs));
    this.wakeSlot(slot, node.wakeAt());
  }

  /** The node is polled no more: it crashed, or left. */
  removeNode(node: Node): void {
    this.#asked = this.#asked.filter((slot) => slot.node !== node);
    this.#wakers = this.#wakers.filter((slot) => {
      if (slot.node !== node) return true;
      slot.alarmUs = REMOVED;
      return false;
    });
    this.#cursor = 0;
    this.#nextWakeUs = Infinity;
  }

  /** Internal: a node with a waker wants a poll at `atUs`. */
  wakeSlot(slot: NodeSlot, atUs: number): void {
    if (slot.alarmUs === REMOVED) return;
    if (atUs <= this.nowUs) {
      if (slot.due) return;
      slot.due = true;
      this.#due.push(slot);
      this.#fromOutside();
    } else if (atUs < slot.alarmUs) {
      slot.alarmUs = atUs;
      this.schedule(atUs, slot);
    }
  }

  /** Runs `action` at `atUs`; a time not after now means in this instant, after what is due already. */
  schedule(atUs: number, action: Action): void {
    if (atUs <= this.nowUs) this.#ring.push(action);
    else if (atUs < Infinity) this.#heap.push(atUs, action);
    else if (atUs !== Infinity) throw new RangeError(`schedule: ${atUs} is not a time in µs`);
    this.#fromOutside();
  }

  /** Takes out an action that was scheduled. */
  cancel(action: Action): void {
    if (!this.#heap.remove(action)) this.#ring.remove(action);
  }

  #fromOutside(): void {
    if (!this.busy) this.#scheduled();
  }

  /** When the next thing happens, in µs: now if something is due, Infinity if nothing is pending. */
  nextAt(): number {
    if (this.#ring.count > 0 || this.#due.length > 0 || this.#pollingNext < this.#polling.length)
      return this.nowUs;
    let at = this.#heap.firstAt();
    for (const slot of this.#asked) at = Math.min(at, slot.node.wakeAt());
    return Math.max(at, this.nowUs);
  }

  /** Time passes in which nothing happens. */
  moveTo(us: number): void {
    if (us > this.nowUs) this.nowUs = us;
  }

  /** The next event or poll not after `limitUs`; false when there is none (the clock stays). */
  step(limitUs: number): boolean {
    for (;;) {
      if (this.#heap.count > 0 && this.#heap.firstAt() <= this.nowUs) {
        this.events++;
        this.#heap.pop().run(this.nowUs);
        this.#round = this.#ring.count;
        return true;
      }
      if (this.#round > 0) {
        this.#round--;
        this.events++;
        this.#ring.shift().run(this.nowUs);
        return true;
      }
      if (this.#pollOne()) return true;
      const next = Math.min(this.#nextWakeUs, this.#heap.firstAt());
      this.#nextWakeUs = Infinity;
      if (this.#nextRound()) continue;
      if (next === Infinity || next > limitUs) return false;
      this.nowUs = next;
    }
  }

  /** Polls the next node that is due in this round. */
  #pollOne(): boolean {
    const now = this.nowUs;
    while (this.#cursor < this.#asked.length) {
      const slot = this.#asked[this.#cursor++] as NodeSlot;
      const at = slot.node.wakeAt();
      if (at <= now) {
        this.events++;
        this.#polled = true;
        slot.node.poll(now);
        return true;
      }
      if (at < this.#nextWakeUs) this.#nextWakeUs = at;
    }
    while (this.#pollingNext < this.#polling.length) {
      const slot = this.#polling[this.#pollingNext++] as NodeSlot;
      slot.due = false;
      if (slot.alarmUs === REMOVED) continue;
      this.events++;
      slot.node.poll(now);
      this.wakeSlot(slot, slot.node.wakeAt());
      return true;
    }
    return false;
  }

  /** A round of polls is over: what became due meanwhile is the next round. False when nothing did. */
  #nextRound(): boolean {
    const again = this.#polled;
    this.#polled = false;
    this.#cursor = 0;
    this.#round = this.#ring.count;
    if (this.#polling.length > 0 || this.#due.length > 0) {
      const done = this.#polling;
      done.length = 0;
      this.#polling = this.#due;
      this.#due = done;
      this.#pollingNext = 0;
    }
    return again || this.#round > 0 || this.#polling.length > 0;
  }

  /** What will happen next, one line each (at most `limit`), for people and error messages. */
  pending(limit = 20): string[] {
    const lines: string[] = [];
    for (const slot of [...this.#polling.slice(this.#pollingNext), ...this.#due])
      lines.push(`${this.nowUs} µs: ${slot.describe()}`);
    for (const action of this.#ring.list(limit)) {
      lines.push(`${this.nowUs} µs: ${action.describe?.() ?? 'an event'}`);
    }
    for (const slot of this.#asked) {
      const at = slot.node.wakeAt();
      if (at < Infinity) lines.push(`${at} µs: ${slot.describe()}`);
    }
    for (const { atUs, action } of this.#heap.list(limit)) {
      lines.push(`${atUs} µs: ${action.describe?.() ?? 'an event'}`);
    }
    const all = lines.length;
    if (all <= limit) return lines;
    return [...lines.slice(0, limit), `… and ${this.#heap.count + this.#ring.count} events in all`];
  }
}
