// A bounded model whose every transition must be steps of the theory: the search fails at one that is not.

import { Segment } from '../../../wire/segment.ts';
import { Forgery, Kind, type ModelConfig, type ModelOptions } from '../../check/model/index.ts';
import type { Theory } from '../theory.ts';
import { Abstraction, forgedSaid, type Said, type View } from './abstraction.ts';
import type { EngineEvent } from './allowed.ts';
import { type EngineStep, Explainer } from './explain.ts';
import { INCARNATIONS } from './finite.ts';
import { HeldModel } from './held.ts';

const EVENTS: Readonly<Record<number, EngineEvent>> = {
  [Kind.OPEN]: 'open',
  [Kind.WRITE]: 'write',
  [Kind.CLOSE]: 'close',
  [Kind.ABORT]: 'abort',
  [Kind.READ]: 'read',
  [Kind.DELIVER]: 'segment',
  [Kind.DUPLICATE]: 'segment',
  [Kind.TIMER]: 'timer',
  [Kind.CRASH]: 'crash',
  [Kind.FLOOD]: 'flood',
  [Kind.DETACH]: 'detach',
};

/** Forged SYNs of a model have this number: see {@link Forgery}. */
const FORGED_ISS = 0;

/** What each forged segment is. */
const FORGED: Readonly<Record<number, EngineEvent>> = {
  [Forgery.RST_IN_WINDOW]: 'forged RST',
  [Forgery.SYN_IN_WINDOW]: 'forged SYN',
  [Forgery.ACK_OF_NOTHING]: 'forged ACK',
  [Forgery.SYN_OF_NOBODY]: 'forged SYN',
};

/** Whether a theory speaks of all that happens in a model. */
export function isInTheory(theory: Theory, { injections = 0, forgeries, a, b }: ModelConfig): boolean {
  const detaches = a.detaches === true || b.detaches === true;
  if (detaches !== (theory.id === 'half-close')) return false;
  return injections === 0 ? theory.id !== 'blind' : theory.id === 'blind' && forgeries === 'blind';
}

/** A model and the theory, side by side. */
export class Bridge extends HeldModel<EngineStep> {
  readonly explainer: Explainer;
  readonly #abstraction: Abstraction;
  readonly #seg = new Segment();
  #views: readonly [View, View] | null = null;
  /** First words and senders of the packets in the loaded state. */
  #packets: readonly { readonly head: number; readonly incarnation: number }[] = [];

  /** Throws a RangeError for a model that the theory does not speak of. */
  constructor(theory: Theory, config: ModelConfig, options: ModelOptions = {}) {
    if (!isInTheory(theory, config))
      throw new RangeError(
        `${config.id}: the theory '${theory.id}' does not speak of all that happens there`,
      );
    super(theory, config, options);
    this.#abstraction = new Abstraction(theory.id === 'blind' ? { forged: FORGED_ISS } : {});
    for (const [host, side] of this.model.sides.entries()) {
      for (let k = 1; k <= INCARNATIONS; k++)
        this.#abstraction.learn(host, k, side.numbers.iss[k - 1] as number);
    }
    this.explainer = new Explainer(theory, this.#abstraction);
  }

  get questions(): number {
    return this.explainer.questions;
  }
  get used(): Iterable<string> {
    return this.explainer.used.keys();
  }

  load(bytes: Uint8Array, off: number, len: number): number {
    const actions = this.model.load(bytes, off, len);
    const { packets } = this.model;
    this.#views = [this.#view(0), this.#view(1)];
    this.#packets = Array.from({ length: packets.count }, (_, i) => ({
      head: packets.head[i] as number,
      incarnation: packets.incarnation(i),
    }));
    return actions;
  }

  /** Everything under way is lost in EXPIRE: nothing happens to a host. */
  protected override concerns(kind: number): boolean {
    return kind !== Kind.EXPIRE;
  }

  protected isExplained(kind: number, argument: number): boolean {
    try {
      const step = this.#stepOf(kind, argument);
      if (this.explainer.explain(step) !== null) return true;
      this.first ??= step;
    } catch (error) {
      // A number that no rule gives.
      if (!(error instanceof RangeError)) throw error;
      this.first ??= error.message;
    }
    return false;
  }

  #stepOf(kind: number, argument: number): EngineStep {
    const delivers = kind === Kind.DELIVER || kind === Kind.DUPLICATE;
    const packet = delivers ? this.#packets[argument] : undefined;
    const host = packet === undefined ? argument & 1 : 1 - (packet.head & 1);
    let arrived = packet === undefined ? null : this.#said(packet.head, packet.incarnation);
    let event = EVENTS[kind] as EngineEvent;
    if (kind === Kind.INJECT) {
      event = FORGED[argument >> 1] as EngineEvent;
      arrived = forgedSaid(event === 'forged SYN');
    }
    const sent = new Map<string, Said>();
    for (const { head, tail } of this.model.emitted) {
      const said = this.#said(head, tail & 7);
      sent.set(JSON.stringify(said.facts), said);
    }
    return {
      host,
      event,
      before: (this.#views as readonly [View, View])[host as 0 | 1],
      after: this.#view(host),
      arrived,
      sent: [...sent.values()],
    };
  }

  #view(host: number): View {
    const side = this.model.sides[host as 0 | 1];
    const { inc, present } = side;
    return this.#abstraction.view(host, {
      incarnation: inc,
      tcb: present === 1 ? side.tcb : null,
      nowMs: side.engine.ms,
      took: present === 1 ? side.peerOf(inc) : 0,
      called: present === 1 && (side.closed & side.bit()) !== 0,
    });
  }

  #said(head: number, incarnation: number): Said {
    this.model.packets.decode(head, this.#seg);
    return this.#abstraction.said(head & 1, incarnation, this.#seg);
  }
}
