// A bounded model whose every transition must be steps of the theory: the search fails at one that is not.

import { Segment } from '../../../wire/segment.ts';
import { Kind, type ModelConfig, type ModelOptions, TcpModel } from '../../check/model/index.ts';
import type { Liveness, Property, System } from '../../check/search/index.ts';
import type { Theory } from '../theory.ts';
import { Abstraction, type Said, type View } from './abstraction.ts';
import { type EngineEvent, type EngineStep, Explainer } from './explain.ts';

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
};

/** Whether the theory speaks of all that happens in a model: it knows no forged segment, and no flood. */
export function isInTheory({ injections = 0, flood }: ModelConfig): boolean {
  return injections === 0 && flood === undefined;
}

/** The name of the property that a transition which is not explained breaks. */
export const EXPLAINED = 'explained';

/** A model and the theory, side by side. */
export class Bridge implements System {
  readonly model: TcpModel;
  readonly explainer: Explainer;
  readonly maxBytes: number;
  readonly initials: number;
  readonly properties: readonly Property[] = [{ id: EXPLAINED, expected: 'holds' }];
  readonly coverageNames: readonly string[] = [];
  readonly liveness: readonly Liveness[] = [];
  /** Transitions that were asked about; the first that had no explanation. */
  transitions = 0;
  unexplained = 0;
  first: EngineStep | string | null = null;

  readonly #abstraction: Abstraction;
  readonly #seg = new Segment();
  #views: readonly [View, View] | null = null;
  /** First words and senders of the packets in the loaded state. */
  #packets: readonly { readonly head: number; readonly incarnation: number }[] = [];
  #broken = 0;

  /** Throws a RangeError for a model that the theory does not speak of. */
  constructor(theory: Theory, config: ModelConfig, options: ModelOptions = {}) {
    if (!isInTheory(config)) throw new RangeError(`${config.id}: the theory knows no forged segment`);
    this.model = new TcpModel(config, options);
    this.maxBytes = this.model.maxBytes;
    this.initials = this.model.initials;
    this.#abstraction = new Abstraction(this.model);
    this.explainer = new Explainer(theory, this.#abstraction);
  }

  initial(i: number, out: Uint8Array): number {
    return this.model.initial(i, out);
  }

  load(bytes: Uint8Array, off: number, len: number): number {
    const actions = this.model.load(bytes, off, len);
    const { packets } = this.model;
    this.#views = [this.#abstraction.view(0), this.#abstraction.view(1)];
    this.#packets = Array.from({ length: packets.count }, (_, i) => ({
      head: packets.head[i] as number,
      incarnation: packets.incarnation(i),
    }));
    return actions;
  }

  step(i: number, out: Uint8Array): number {
    const { emitted } = this.model;
    emitted.length = 0;
    this.#broken = 0;
    const length = this.model.step(i, out);
    if (length >= 0 && !this.#isExplained(i)) this.#broken = 1;
    return length;
  }

  violated(): number {
    return this.#broken;
  }

  coverage(): void {}

  #isExplained(i: number): boolean {
    const { kind, argument } = this.model.action(i);
    // Everything under way is lost: nothing happens to a host.
    if (kind === Kind.EXPIRE) return true;
    this.transitions++;
    try {
      const step = this.#stepOf(kind, argument);
      if (this.explainer.explain(step) !== null) return true;
      this.first ??= step;
    } catch (error) {
      // A number that no rule gives.
      if (!(error instanceof RangeError)) throw error;
      this.first ??= error.message;
    }
    this.unexplained++;
    return false;
  }

  #stepOf(kind: number, argument: number): EngineStep {
    const delivers = kind === Kind.DELIVER || kind === Kind.DUPLICATE;
    const packet = delivers ? this.#packets[argument] : undefined;
    const host = packet === undefined ? argument & 1 : 1 - (packet.head & 1);
    const arrived = packet === undefined ? null : this.#said(packet.head, packet.incarnation);
    const sent = new Map<string, Said>();
    for (const { head, tail } of this.model.emitted) {
      const said = this.#said(head, tail & 7);
      sent.set(JSON.stringify(said.facts), said);
    }
    return {
      host,
      event: EVENTS[kind] as EngineEvent,
      before: (this.#views as readonly [View, View])[host as 0 | 1],
      after: this.#abstraction.view(host),
      arrived,
      sent: [...sent.values()],
    };
  }

  #said(head: number, incarnation: number): Said {
    this.model.packets.decode(head, this.#seg);
    return this.#abstraction.said(head & 1, incarnation, this.#seg);
  }
}
