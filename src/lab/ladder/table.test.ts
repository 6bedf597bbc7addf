import { expect, test } from 'vitest';
import { runScenario } from '../scenario/index.ts';
import { scenarioNamed, scenarios } from '../scenarios/index.ts';
import { escapeMarkdown, ladderTable, markdownLadder, plainLadder, plainLine, TableRows } from './table.ts';
import { handMade } from './testing.ts';

test('a table says in words what a ladder shows', () => {
  const { columns, rows } = ladderTable(handMade(), { lang: 'en' });
  expect(columns).toEqual(['time', 'synfin', 'event', 'Linux 6.18']);
  expect(rows.slice(0, 4)).toMatchObject([
    { time: '0.000', left: 'CLOSED', what: 'synfin, program: connect()', right: 'LISTEN' },
    { left: 'SYN-SENT', changed: { left: true, right: false } },
    { what: 'SYN seq=0 of synfin does not arrive (lost: chance)' },
    { what: 'synfin: retransmission timer' },
  ]);
  expect(rows.map(({ what }) => what)).toContain('Linux 6.18 receives PSH,ACK seq=1');
});

test('the same in Chinese', () => {
  const { rows } = ladderTable(handMade(), { lang: 'zh' });
  expect(rows.map(({ what }) => what)).toContain('Linux 6.18 收到 PSH,ACK seq=1');
  expect(rows[2]?.what).toBe('synfin 的 SYN seq=0 未能到达（丢失：随机）');
});

test('every segment that is sent, arrives or is lost has its row, in order', () => {
  for (const scenario of scenarios) {
    const trace = runScenario(scenario);
    const { rows } = ladderTable(trace, { lang: 'en' });
    const indices = rows.map(({ event }) => event);
    expect(indices).toEqual([...indices].sort((a, b) => a - b));
    trace.events.forEach((event, i) => {
      if (event.kind !== 'timer') expect(indices.includes(i), `${scenario.id} ${i}`).toBe(true);
    });
  }
});

test('one connection alone; another one is named when all are shown', () => {
  const pile = scenarioNamed('tw-pile');
  if (pile === undefined) throw new Error('no tw-pile');
  const trace = runScenario(pile);
  const one = ladderTable(trace, { lang: 'en', connection: 1 });
  expect(new Set(one.rows.map(({ connection }) => connection))).toEqual(new Set([1]));
  const all = ladderTable(trace, { lang: 'en' });
  expect(all.rows.find(({ connection }) => connection === 1)?.what).toMatch(/^:50001 /);
});

test('plain lines can be written while it happens, hold one event each, and no escape sequence', () => {
  const trace = handMade();
  const rows = new TableRows(trace.ends, { lang: 'en' });
  const lines = trace.events.flatMap((event) => {
    const row = rows.push(event);
    return row === null ? [] : [plainLine(row)];
  });
  expect(plainLadder(trace, { lang: 'en' }).slice(1)).toEqual(lines);
  expect(lines[1]).toBe(
    '    0.000 *SYN-SENT      LISTEN       synfin sends SYN seq=0 mss=1460 wscale=7 SACK timestamps',
  );
  for (const line of lines) expect(line).toMatch(/^\P{Cc}+$/u);
});

test('Markdown: a row for each event, new states bold, signs escaped', () => {
  const lines = markdownLadder(handMade(), { lang: 'en' }).trimEnd().split('\n');
  expect(lines[0]).toBe('| time | synfin | event | Linux 6.18 |');
  expect(lines[3]).toContain('| **SYN-SENT** |');
  expect(lines.length).toBe(2 + ladderTable(handMade(), { lang: 'en' }).rows.length);
  for (const line of lines) expect(line.match(/(?<!\\)\|/g)?.length).toBe(5);
  expect(escapeMarkdown('a|b <i> *c*')).toBe('a\\|b &#60;i&#62; \\*c\\*');
});

test('what an end has sent before and is put on the wire again is an old copy, not forged', () => {
  const scenario = scenarioNamed('close4');
  if (scenario === undefined) throw new Error('no such scenario');
  const trace = runScenario(scenario, { edits: ['repeat left#1 500ms', 'inject right SYN seq=7 600ms'] });
  const { rows } = ladderTable(trace, { lang: 'en' });
  const marked = rows.map(({ what }) => what).filter((what) => / \((?:old copy|forged)\)/.test(what));
  expect(marked[0]).toMatch(/^from the side of client: SYN seq=0 \(old copy\)/);
  expect(marked[1]).toMatch(/^from the side of client: SYN seq=\d+ \(forged\)/);
});
