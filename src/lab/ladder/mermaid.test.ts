import mermaid from 'mermaid';
import { expect, test } from 'vitest';
import { runScenario } from '../scenario/index.ts';
import { scenarios } from '../scenarios/index.ts';
import { escapeMermaid, mermaidLadder } from './mermaid.ts';
import { handMade, segment, TraceBuilder } from './testing.ts';

test('hand-made: states as notes, loss as a cross, a retransmission dashed, crossing segments with their times', () => {
  const lines = mermaidLadder(handMade(), { lang: 'en' }).split('\n');
  expect(lines[0]).toBe('sequenceDiagram');
  expect(lines).toContain('Note left of A: SYN-SENT');
  expect(lines.find((line) => line.includes('-xB'))).toMatch(/^A-xB: SYN seq=0 .*lost#58; chance$/);
  expect(lines.find((line) => line.startsWith('A-->>B'))).toContain('retransmission');
  expect(lines.find((line) => line.startsWith('B->>A: FIN'))).toContain('sent at 1.105 s');
  expect(lines.find((line) => line.startsWith('A->>B: PSH'))).not.toContain('sent at');
  expect(lines).toContain('Note over A,B: … 0.99 s …');
});

test('every segment has one arrow for each of its ends', () => {
  for (const scenario of scenarios) {
    const trace = runScenario(scenario);
    const ids = trace.events.filter((e) => e.kind === 'sent').map(({ id }) => id);
    const ends = ids.map(
      (id) =>
        trace.events.filter((e) => (e.kind === 'arrived' || e.kind === 'lost') && e.id === id).length || 1,
    );
    const arrows = mermaidLadder(trace, { lang: 'en' })
      .split('\n')
      .filter((line) => /^[AB]-/.test(line));
    expect(arrows.length, scenario.id).toBe(ends.reduce((sum, n) => sum + n, 0));
  }
});

test('signs that mean something to Mermaid are escaped, a lone `end` is not a line of its own', () => {
  expect(escapeMermaid('a;b#c')).toBe('a#59;b#35;c');
  expect(escapeMermaid('%%{init}%%')).not.toMatch(/[%{}]/);
  expect(escapeMermaid('End')).not.toMatch(/^end$/i);
  expect(escapeMermaid('two\nlines')).toBe('two lines');
});

const traps = [
  'end',
  'a; b',
  'loop # 1',
  '%% comment',
  'wrap: x',
  '<script>',
  '-->>B: x',
  '"',
  '\\',
  '、；：',
];

test("Mermaid's own parser takes every scenario, in both languages, and every trap", {
  timeout: 30_000,
}, async () => {
  const b = new TraceBuilder({ left: 'CLOSED', right: 'LISTEN' });
  traps.forEach((text, i) => {
    b.at(i, { kind: 'call', end: 'left', call: 'write', octets: 1, text });
    const sent = { kind: 'sent', id: i + 1, from: 'left', retransmission: false } as const;
    b.at(i, { ...sent, segment: segment('ACK', i, 0) });
    b.at(i, { kind: 'lost', id: i + 1, to: 'right', copy: 0, reason: text });
  });
  const trap = b.trace();
  const named = traps.map((name) => ({ ...trap, ends: { ...trap.ends, left: { ...trap.ends.left, name } } }));
  const traces = [handMade(), ...named, ...scenarios.map((scenario) => runScenario(scenario))];
  for (const trace of traces)
    for (const lang of ['en', 'zh'] as const) {
      const text = mermaidLadder(trace, { lang });
      const parsed = await mermaid.parse(text, { suppressErrors: false });
      expect(parsed.diagramType).toBe('sequence');
    }
});

test('the parser is one: it takes no diagram that is broken', async () => {
  await expect(mermaid.parse('sequenceDiagram\nA->>: x')).rejects.toThrow();
});
