// The connections of one host: found by their four-tuple when a segment arrives, by their number when their timer is
// due, and counted. Records in TIME-WAIT are in the same table of tuples, as ~index.

import type { Tcb } from '../../tcp/index.ts';
import { FourTuple, type NONE, TupleTable } from '../base/index.ts';
import type { Connection } from '../connection/index.ts';
import type { Quoted } from '../ip/index.ts';
import { TimingWheel } from '../time/index.ts';

/** What a table of connections is made of. */
export interface ConnectionTableOptions {
  /** 32 random bits: the key of the hash. */
  readonly random: () => number;
  /** Most connections. */
  readonly capacity: number;
}

/** Connections by tuple and by number. */
export class ConnectionTable {
  /** Every connection by its number (`tcb.id`); null: the number is free, or it is half-open and rests (rest.ts). */
  readonly all: (Connection | null)[] = [];
  /** By tuple: a connection's number, or ~index of a record in TIME-WAIT. */
  readonly tuples: TupleTable;
  /** When each connection wants its `timeout`, by number. */
  readonly wheel = new TimingWheel(0);
  readonly #capacity: number;
  readonly #free: number[] = [];
  /** The tuple that is looked for. */
  readonly #tuple = new FourTuple();
  /** Live connections, SYN-RECEIVED ones included. */
  size = 0;
  /** Those of them whose user has gone. */
  orphans = 0;

  constructor({ random, capacity }: ConnectionTableOptions) {
    this.tuples = new TupleTable(random(), random());
    this.#capacity = capacity;
  }

  /** True when there are as many as there may be. */
  get full(): boolean {
    return this.size >= this.#capacity;
  }

  /** The connection of a TCB that is in the table. */
  of(tcb: Tcb): Connection {
    return this.all[tcb.id] as Connection;
  }

  /** What the tuple of a TCB stands for: a number, ~index, or {@link NONE}. */
  find(tcb: Tcb): number {
    return this.tuples.find(this.#tuple.copy(tcb));
  }

  /** What sent a packet, of which an ICMP error quotes the beginning: a connection's number, ~index, or {@link NONE}. */
  findQuoted({ packet, localPort, remotePort }: Quoted): number {
    return this.tuples.find(this.#tuple.ofSent(packet, localPort, remotePort));
  }

  /** A number for a TCB that has its tuple, and its entry. */
  enter(tcb: Tcb): void {
    tcb.id = this.#free.pop() ?? this.all.length;
    this.tuples.set(this.#tuple.copy(tcb), tcb.id);
    this.size++;
  }

  /** Takes a connection out: its tuple means nobody, or a record from then on. */
  forget({ tcb }: Connection): void {
    this.tuples.delete(this.#tuple.copy(tcb));
    this.release(tcb);
  }

  /** Its number is free; its tuple's entry stays, for the record that follows. */
  release(tcb: Tcb): void {
    const { id } = tcb;
    this.wheel.disarm(id);
    this.all[id] = null;
    this.#free.push(id);
    this.size--;
    this.orphans -= tcb.orphan;
    tcb.id = -1;
  }
}
