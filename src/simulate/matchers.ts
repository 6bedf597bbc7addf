// The assertions as matchers of `expect`, for Vitest and for Jest: `expect.extend(simulationMatchers)`.

import { judgements, type Verdict } from './assertions.ts';

/** What `expect.extend` takes. */
export type SimulationMatchers = {
  /** `expect(sim)`, `expect(host)`. */
  toHaveNoOpenConnections(of: unknown): MatcherResult;
  /** `expect(sim)`, `expect(host)`. */
  toHaveNoCloseWait(of: unknown): MatcherResult;
  /** `expect(sim)`. */
  toHaveNoHalfOpen(of: unknown): MatcherResult;
  /** `expect(sim).toHaveSeen('RST')`. */
  toHaveSeen(of: unknown, control: string): MatcherResult;
  /** `expect(sim).toHaveRetransmittedAtMost(3)`. */
  toHaveRetransmittedAtMost(of: unknown, most: number): MatcherResult;
  /** `expect(host).toHaveStates(['LISTEN'])`. */
  toHaveStates(of: unknown, states: readonly string[]): MatcherResult;
};

/** The matchers as `expect(…)` has them; `R` is what they return. */
export interface SimulationAssertions<R = void> {
  /** Of a simulation, or of one host: no connection is open; listeners and TIME-WAIT do not count. */
  toHaveNoOpenConnections(): R;
  /** Of a simulation, or of one host: no connection waits for its program to close it. */
  toHaveNoCloseWait(): R;
  /** Of a simulation: no connection is established for one side only. */
  toHaveNoHalfOpen(): R;
  /** Of a simulation: a segment with these control bits was sent: `'RST'`, `'SYN,ACK'`. */
  toHaveSeen(control: string): R;
  /** Of a simulation: no more segments were sent again. */
  toHaveRetransmittedAtMost(most: number): R;
  /** Of a host: its sockets are in exactly these states: `['LISTEN', 'ESTABLISHED']`. */
  toHaveStates(states: readonly string[]): R;
}

/** What a matcher says. */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

const said = ({ pass, message }: Verdict): MatcherResult => ({ pass, message: () => message });

/**
 * Matchers for simulations:
 *
 * ```ts
 * expect.extend(simulationMatchers);
 * expect(sim).toHaveNoOpenConnections();
 * ```
 */
export const simulationMatchers: SimulationMatchers = {
  toHaveNoOpenConnections: (of) => said(judgements.noOpenConnections(of as never)),
  toHaveNoCloseWait: (of) => said(judgements.noCloseWait(of as never)),
  toHaveNoHalfOpen: (of) => said(judgements.noHalfOpen(of as never)),
  toHaveSeen: (of, control) => said(judgements.seen(of as never, control)),
  toHaveRetransmittedAtMost: (of, most) => said(judgements.retransmissionsAtMost(of as never, most)),
  toHaveStates: (of, states) => said(judgements.states(of as never, states)),
};
