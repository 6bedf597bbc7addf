// The grid of RFC 9293 section 3.10.7: every cell is decided, its script is the one committed, and passes.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatResult } from '../../src/drill/index.ts';
import { rfc9293 } from '../../src/tcp/index.ts';
import { ACKS, allCells, type Cell, EVENTS, nameOf, STATES } from './grid/axes.ts';
import { RULES, ruleOf } from './grid/cells.ts';
import { documentOf, type LinuxResults } from './grid/document.ts';
import { runCell } from './grid/run.ts';
import { scriptOf } from './grid/script.ts';

const folder = new URL('./grid/', import.meta.url);
const cells = allCells();
const names = new Set(cells.map(nameOf));

function linux(): LinuxResults | null {
  if (!readdirSync(folder).includes('linux.json')) return null;
  return JSON.parse(readFileSync(new URL('linux.json', folder), 'utf8')) as LinuxResults;
}

describe('the grid', () => {
  it('has every state with every event, at seven positions where there is a window, with four acknowledgments where they matter', () => {
    for (const state of STATES) {
      for (const event of EVENTS) {
        const here = cells.filter((c) => c.state === state && c.event === event);
        const bearing = ['SYN+ACK', 'ACK', 'FIN+ACK', 'RST+ACK', 'data'].includes(event);
        const positions = new Set(here.map((c) => c.position)).size;
        const acks = new Set(here.map((c) => c.ack)).size;
        const early = ['CLOSED', 'LISTEN', 'SYN-SENT'].includes(state);
        const across = event === 'data' || event === 'SYN+FIN' ? 1 : 0;
        expect([state, event, positions]).toEqual([state, event, early ? 1 : 7 + across]);
        expect([state, event, acks]).toEqual([
          state,
          event,
          bearing && state !== 'CLOSED' && state !== 'LISTEN' ? ACKS.length : 1,
        ]);
        expect(here.length).toBe(positions * acks);
      }
    }
    expect(names.size).toBe(cells.length);
  });

  it('has no cell that no rule decides, and no rule without a cell', () => {
    expect(cells.filter((c) => ruleOf(c) < 0).map(nameOf)).toEqual([]);
    const used = new Set(cells.map(ruleOf));
    expect(RULES.filter((_, i) => !used.has(i))).toEqual([]);
  });

  it('is committed as its generator writes it: npm run grid', () => {
    const committed = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((f) => f.replaceAll('\\', '/'))
      .filter((f) => f.endsWith('.pkt'));
    expect(new Set(committed)).toEqual(new Set([...names].map((n) => `${n}.pkt`)));
    const stale = cells.filter(
      (c) => readFileSync(new URL(`${nameOf(c)}.pkt`, folder), 'utf8') !== scriptOf(c),
    );
    expect(stale.map(nameOf)).toEqual([]);
  });

  it('is what docs/grid.md says: npm run grid', () => {
    const page = readFileSync(new URL('../../../docs/grid.md', folder), 'utf8');
    expect(documentOf(names, linux(), readFileSync(new URL('../linux.txt', folder), 'utf8')) === page).toBe(
      true,
    );
  });
});

describe('every cell passes', () => {
  it.each(STATES)('%s', async (state) => {
    const failed: string[] = [];
    for (const c of cells.filter((x) => x.state === state)) {
      const result = await runCell(c);
      if (result.outcome !== 'pass') failed.push(formatResult(result));
    }
    expect(failed.slice(0, 3).join('\n'), `${failed.length} cells`).toBe('');
  });
});

describe('a TCP that forgets a rule fails its cells', () => {
  /** States in which a TCP with `rules` fails some cell of `event`. */
  async function failing(event: Cell['event'], rules: Partial<typeof rfc9293>): Promise<string[]> {
    const states = new Set<string>();
    for (const c of cells.filter((x) => x.event === event && (x.ack === 'any' || x.ack === 'next'))) {
      const result = await runCell(c, { rules: { ...rfc9293, ...rules } });
      if (result.outcome !== 'pass') states.add(c.state);
    }
    return [...states];
  }

  it('first: no check of the sequence number', async () => {
    expect(await failing('data', { sequence: () => false })).toEqual(
      expect.arrayContaining(['ESTABLISHED', 'TIME-WAIT']),
    );
  });

  it('second: no RST', async () => {
    expect(await failing('RST', { rst: () => false })).toEqual(STATES.slice(3, 11));
  });

  it('fourth: no challenge of a SYN', async () => {
    expect(await failing('SYN', { syn: () => false })).toEqual(STATES.slice(3, 11));
  });

  it('fifth: no need of an ACK', async () => {
    expect(await failing('FIN', { ack: () => false })).toEqual(
      expect.arrayContaining(['ESTABLISHED', 'FIN-WAIT-2']),
    );
  });

  it('eighth: no FIN', async () => {
    // To most of the other states a FIN leads.
    expect(await failing('FIN+ACK', { fin: () => {} })).toEqual(STATES.slice(3));
  });
});
