// The packets under way in one direction. Those that keep their order wait in a list, for which one
// event is scheduled: when its first packet arrives. Those that need not are events themselves.

import type { WireDirection } from './direction.ts';
import { Flight } from './flight.ts';
import type { Action } from './types.ts';
import type { World } from './world.ts';

/** The event of a line: the first packets that wait are due. */
class Alarm implements Action {
  readonly line: Line;

  constructor(line: Line) {
    this.line = line;
  }

  run(nowUs: number): void {
    this.line.alarm(nowUs);
  }

  describe(): string {
    return this.line.describe();
  }
}

/** Packets under way. It is itself the event "the first packet in order arrives now". */
export class Line implements Action {
  /** Packets under way that have not been lost. */
  inFlight = 0;
  readonly #world: World;
  readonly #direction: WireDirection;
  readonly #alarm: Alarm;
  /** The list of packets in order. */
  #first: Flight | null = null;
  #last: Flight | null = null;
  /** First of the list whose arrival is not in the world's ring; the alarm is set for it. */
  #waiting: Flight | null = null;
  /** Packets that are events of their own. */
  #loose: Flight | null = null;
  #pool: Flight | null = null;

  constructor(world: World, direction: WireDirection) {
    this.#world = world;
    this.#direction = direction;
    this.#alarm = new Alarm(this);
  }

  describe(): string {
    return `${this.#direction.describe()}: ${this.inFlight} packets under way`;
  }

  /** A flight for the block (off, len), under way from now on. */
  take(off: number, len: number, index: number): Flight {
    let flight = this.#pool;
    if (flight === null) flight = new Flight(this, this.#direction);
    else this.#pool = flight.next;
    flight.next = null;
    flight.off = off;
    flight.len = len;
    flight.index = index;
    flight.copy = 0;
    flight.injected = false;
    this.inFlight++;
    return flight;
  }

  /** A flight that has ended, for reuse. */
  give(flight: Flight): void {
    flight.next = this.#pool;
    this.#pool = flight;
  }

  /** Puts a packet at the end of the list: it arrives at `atUs`, or with the one before it if that is later. */
  append(flight: Flight, atUs: number): void {
    flight.atUs = atUs;
    if (this.#last === null) this.#first = flight;
    else this.#last.next = flight;
    this.#last = flight;
    if (this.#waiting !== null) return;
    if (atUs <= this.#world.now()) this.#world.schedule(atUs, this);
    else {
      this.#waiting = flight;
      this.#world.schedule(atUs, this.#alarm);
    }
  }

  /** The packet arrives at `atUs`, whatever is before it. */
  appendLoose(flight: Flight, atUs: number): void {
    flight.atUs = atUs;
    flight.next = this.#loose;
    if (this.#loose !== null) this.#loose.prev = flight;
    this.#loose = flight;
    this.#world.schedule(atUs, flight);
  }

  /** The alarm: all of the list that is due goes into the world's ring, the first arrives. */
  alarm(nowUs: number): void {
    let flight = this.#waiting;
    if (flight === null || flight.atUs > nowUs) return;
    flight = flight.next;
    while (flight !== null && flight.atUs <= nowUs) {
      this.#world.schedule(nowUs, this);
      flight = flight.next;
    }
    this.#waiting = flight;
    if (flight !== null) this.#world.schedule(flight.atUs, this.#alarm);
    this.run();
  }

  /** The first of the list arrives. */
  run(): void {
    const flight = this.#first;
    if (flight === null) return;
    this.#first = flight.next;
    if (this.#first === null) this.#last = null;
    flight.next = null;
    this.#direction.arrive(flight);
  }

  /** A packet that is an event of its own arrives. */
  arriveLoose(flight: Flight): void {
    if (flight.prev === null) this.#loose = flight.next;
    else flight.prev.next = flight.next;
    if (flight.next !== null) flight.next.prev = flight.prev;
    flight.prev = null;
    flight.next = null;
    this.#direction.arrive(flight);
  }

  /** Every packet under way. */
  forEach(visit: (flight: Flight) => void): void {
    for (let flight = this.#first; flight !== null; flight = flight.next) visit(flight);
    for (let flight = this.#loose; flight !== null; flight = flight.next) visit(flight);
  }
}
