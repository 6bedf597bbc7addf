// A bounded model whose every transition is held against a theory: what is counted, and that the search fails at a transition
// that the theory has no steps for. What is looked at of the model differs from theory to theory.

import { type ModelConfig, type ModelOptions, TcpModel } from '../../check/model/index.ts';
import { CUT, type Liveness, type Property, type System } from '../../check/search/index.ts';
import type { Theory } from '../theory.ts';

/** The name of the property that a transition which is not explained breaks. */
const EXPLAINED = 'explained';

/** A model and a theory, side by side; `Step` is what a transition is in the words of the theory. */
export abstract class HeldModel<Step> implements System {
  readonly theory: Theory;
  readonly model: TcpModel;
  readonly maxBytes: number;
  readonly initials: number;
  readonly properties: readonly Property[] = [{ id: EXPLAINED, expected: 'holds' }];
  readonly coverageNames: readonly string[] = [];
  readonly liveness: readonly Liveness[] = [];
  /** Transitions that were asked about; those that had no explanation; the first of them, or what could not be put in words. */
  transitions = 0;
  unexplained = 0;
  first: Step | string | null = null;
  /** Transitions that the theory does not speak of. */
  outside = 0;
  #broken = 0;

  constructor(theory: Theory, config: ModelConfig, options: ModelOptions) {
    this.theory = theory;
    this.model = new TcpModel(config, options);
    this.maxBytes = this.model.maxBytes;
    this.initials = this.model.initials;
  }

  /** Different questions so far. */
  abstract get questions(): number;
  /** The actions of the explanations. */
  abstract get used(): Iterable<string>;
  /** Loads a state, and keeps what a step has to be compared with. */
  abstract load(bytes: Uint8Array, off: number, len: number): number;
  /** Whether the theory has steps for the transition that the model has just taken. */
  protected abstract isExplained(kind: number, argument: number): boolean;

  /** Whether a transition of this kind is one of a host at all. */
  protected concerns(_kind: number): boolean {
    return true;
  }

  /** Whether the theory does not speak of what the model has just done: the search goes no further there. */
  protected isOutside(): boolean {
    return false;
  }

  initial(i: number, out: Uint8Array): number {
    return this.model.initial(i, out);
  }

  step(i: number, out: Uint8Array): number {
    this.model.emitted.length = 0;
    this.#broken = 0;
    const { kind, argument } = this.model.action(i);
    const length = this.model.step(i, out);
    if (length < 0) return length;
    if (this.isOutside()) {
      this.outside++;
      return CUT;
    }
    if (!this.concerns(kind)) return length;
    this.transitions++;
    if (!this.isExplained(kind, argument)) {
      this.unexplained++;
      this.#broken = 1;
    }
    return length;
  }

  violated(): number {
    return this.#broken;
  }

  coverage(): void {}
}
