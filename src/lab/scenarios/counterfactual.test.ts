import { describe, expect, test } from 'vitest';
import { rfc9293 } from '../../tcp/index.ts';
import { explainEvent } from '../explain/index.ts';
import { ladderTable, mermaidLadder, svgLadder, terminalLadder } from '../ladder/index.ts';
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

  test.each([
    ['no-tw', ['no TIME-WAIT', 'TIME-WAIT over']],
    ['tw-1msl', ['1 MSL = 2 s', 'TIME-WAIT over']],
  ] as const)('%s: no timer of it is called 2 MSL, in any drawing; the real one is', (id, labels) => {
    const drawings = (trace: Trace): string[] => [
      terminalLadder(trace).join('\n'),
      svgLadder(trace, { lang: 'en' }),
      mermaidLadder(trace, { lang: 'en' }),
      JSON.stringify(ladderTable(trace, { lang: 'en' })),
    ];
    for (const drawing of drawings(play(id))) {
      expect(drawing).toContain(labels[0]);
      expect(drawing).not.toMatch(/2 MSL/);
    }
    for (const label of labels) expect(drawings(play(id))[0]).toContain(label);
    for (const drawing of drawings(real(id))) expect(drawing).toMatch(/2 MSL = /);
    for (const [at, { kind }] of play(id).events.entries()) {
      const { why, knows } = explainEvent(play(id), at, 'en');
      if (kind === 'change') expect(why).not.toMatch(/2 MSL have passed/);
      expect(`${knows.left}${knows.right}`).not.toMatch(/2 MSL/);
    }
  });

  test('a gap is counted from the row above it: 0.12 s are none, after the timer row of tw-1msl', () => {
    const lines = terminalLadder(play('tw-1msl'));
    const over = lines.findIndex((line) => line.includes('TIME-WAIT over'));
    expect(lines[over + 1]).toMatch(/^ *2\.220 /);
    expect(
      lines.filter((line) => /… [\d.]+ s …/.test(line)).map((line) => /[\d.]+ s/.exec(line)?.[0]),
    ).toEqual(['0.44 s', '0.88 s', '0.47 s']);
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
