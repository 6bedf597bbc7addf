import { describe, expect, test } from 'vitest';
import { rfc9293 } from '../../tcp/index.ts';
import { playScenario, type Scenario } from '../scenario/index.ts';
import { statesAt, type Trace } from '../trace.ts';
import { counterfactual } from './counterfactual.ts';

function scenario(id: string): Scenario {
  const found = counterfactual.find((one) => one.id === id);
  if (found === undefined) throw new Error(id);
  return found;
}

const play = (id: string): Trace => playScenario(scenario(id)).trace;
const real = (id: string): Trace =>
  playScenario(scenario(id), { rules: { id: 'rfc9293', rules: rfc9293 } }).trace;

function errors(trace: Trace): string[] {
  return trace.events.flatMap((e) => (e.kind === 'call' && e.call === 'error' ? [`${e.end} ${e.text}`] : []));
}

/** The rows by which the server left LAST-ACK. */
function endOfLastAck(trace: Trace): (string | null)[] {
  return trace.events.flatMap(({ changes }) =>
    changes.filter(({ end, from }) => end === 'right' && from === 'LAST-ACK').map(({ rule }) => rule),
  );
}

function readAt(trace: Trace, end: 'left' | 'right'): string {
  return trace.events
    .flatMap((e) => (e.kind === 'call' && e.call === 'read' && e.end === end ? [e.text] : []))
    .join('');
}

describe('a TCP without a rule, and the real one in the same place', () => {
  test('each names its rules, and says in its title that it is not real', () => {
    for (const { title, rules, explanation } of counterfactual) {
      expect(rules).toBeDefined();
      expect(title.en).toMatch(/^Not real TCP: /);
      expect(title.zh).toMatch(/^并非真正的 TCP：/);
      expect(explanation.en).toMatch(/^This is not real TCP/);
    }
    expect(counterfactual.map(({ id }) => play(id).scenario?.rules)).toEqual(
      counterfactual.map(({ rules }) => rules),
    );
  });

  test('two-way: the server stays ESTABLISHED with nobody; the real one asks again, and is told RST', () => {
    const states = (trace: Trace) => statesAt(trace, trace.events.length - 1);
    expect(states(play('two-way'))).toEqual({ left: 'CLOSED', right: 'ESTABLISHED' });
    expect(states(real('two-way'))).toEqual({ left: 'CLOSED', right: 'LISTEN' });
  });

  test('fixed-isn: what was written in the first connection is read in the second; the real one drops it', () => {
    expect(readAt(play('fixed-isn'), 'right')).toBe('old!');
    expect(readAt(real('fixed-isn'), 'right')).toBe('');
  });

  test.each(['no-tw', 'tw-1msl'])(
    '%s: LAST-ACK ends by a RST, told to nobody (3.10.7.4, second); in the real TCP by the ACK of the FIN',
    (id) => {
      expect(endOfLastAck(play(id))).toEqual(['rst']);
      expect(errors(play(id))).toEqual([]);
      expect(endOfLastAck(real(id))).toEqual(['last-ack-ack']);
    },
  );
});
