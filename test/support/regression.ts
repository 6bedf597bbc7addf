// For regression scenarios: a scenario is run with RFC 9293's rules, and again with the rules of the
// implementation that had the bug, where it must fail. So each test shows that it can fail.

import { expect, it } from 'vitest';
import type { TcpConfig } from '../../src/tcp/config.ts';
import { type Rules, rfc9293 } from '../../src/tcp/rules.ts';
import { wakeAt } from '../../src/tcp/tcb/tcb.ts';
import { Endpoint, type SegmentRecord } from '../../src/tcp/testing.ts';

/** Entries of the rules table as a buggy TCP would have them, by what that TCP does wrong. */
export type Bugs = Readonly<Record<string, Partial<Rules>>>;

/** A scenario that RFC 9293's rules pass, and that each of `bugs` fails. */
export function regression(title: string, scenario: (rules: Rules) => void, bugs: Bugs = {}): void {
  it(title, () => {
    scenario(rfc9293);
    for (const [bug, entries] of Object.entries(bugs)) {
      expect(failureOf(scenario, { ...rfc9293, ...entries }), `a TCP with a bug passes: ${bug}`).toMatch(
        /AssertionError|invariant|never comes to rest/,
      );
    }
  });
}

function failureOf(scenario: (rules: Rules) => void, rules: Rules): string {
  try {
    scenario(rules);
    return 'none';
  } catch (error) {
    return String(error);
  }
}

/** How the peer opens; its ISS is `irs`. Without options unless `syn` brings some. */
export interface PeerOpening {
  readonly wnd?: number;
  readonly irs?: number;
  readonly syn?: Partial<SegmentRecord>;
  readonly ack?: Partial<SegmentRecord>;
}

/** An endpoint in SYN-RECEIVED: a SYN arrived in LISTEN, and was answered. */
export function synReceived(
  rules: Rules,
  config: Partial<TcpConfig> = {},
  opening: PeerOpening = {},
): Endpoint {
  const a = new Endpoint(1, 1000, config, rules);
  a.openPassive();
  a.inject('SYN', opening.irs ?? 0, 0, { wnd: opening.wnd ?? 65535, ...opening.syn });
  expect(sent(a)).toEqual(['SYN,ACK seq=0 ack=1 len=0']);
  return a;
}

/** An endpoint in ESTABLISHED after a passive open. Numbers of `inject` and `sent` count from both ISSs. */
export function established(
  rules: Rules,
  config: Partial<TcpConfig> = {},
  opening: PeerOpening = {},
): Endpoint {
  const a = synReceived(rules, config, opening);
  a.inject('ACK', 1, 1, { wnd: opening.wnd ?? 65535, ...opening.ack });
  return a;
}

/** The states in which both sides know each other's ISS, and the segments that lead to them. */
export const SYNCHRONIZED = [
  'ESTABLISHED',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'CLOSE-WAIT',
  'CLOSING',
  'LAST-ACK',
] as const;

/** An endpoint in one of {@link SYNCHRONIZED} or TIME-WAIT; what it sent on the way is forgotten. */
export function inState(
  state: (typeof SYNCHRONIZED)[number] | 'TIME-WAIT',
  rules: Rules,
  config: Partial<TcpConfig> = {},
  opening: PeerOpening = {},
): Endpoint {
  const a = established(rules, config, opening);
  switch (state) {
    case 'ESTABLISHED':
      break;
    case 'FIN-WAIT-1':
      a.close();
      break;
    case 'FIN-WAIT-2':
      a.close();
      a.inject('ACK', 1, 2, opening.ack);
      break;
    case 'CLOSE-WAIT':
      a.inject('FIN,ACK', 1, 1, opening.ack);
      break;
    case 'CLOSING':
      a.close();
      a.inject('FIN,ACK', 1, 1, opening.ack);
      break;
    case 'LAST-ACK':
      a.inject('FIN,ACK', 1, 1, opening.ack);
      a.close();
      break;
    case 'TIME-WAIT':
      a.close();
      a.inject('FIN,ACK', 1, 2, opening.ack);
  }
  expect(a.state).toBe(state);
  a.sent.length = 0;
  return a;
}

/** RCV.NXT and SND.NXT counted from the ISSs. */
export function next(a: Endpoint): { rcv: number; snd: number } {
  const { rcv, snd } = a.tcb;
  return { rcv: (rcv.nxt - rcv.irs) | 0, snd: (snd.nxt - snd.iss) | 0 };
}

/** What was sent since the last call: "FIN,ACK seq=1 ack=2 len=0", without window and options. */
export function sent(a: Endpoint): string[] {
  return a.lines().map((line) => line.replace(/ win=\d+/, '').replace(/ <.*>$/, ''));
}

/** Lets time pass and runs each timer when it is due. */
export function pass(a: Endpoint, ms: number): void {
  const until = a.engine.now + ms * 1000;
  for (let i = 0; i < 10_000; i++) {
    const wake = wakeAt(a.tcb);
    if (wake === 0 || wake * 1000 > until) {
      a.setNow(until);
      return;
    }
    a.setNow(Math.max(a.engine.now, wake * 1000));
    a.tick();
  }
  throw new Error('the timers never come to rest');
}

/** `n` octets that say where they belong. */
export function octets(n: number, from = 0): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: n }, (_, i) => (from + i) & 0xff);
}
