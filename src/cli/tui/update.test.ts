import { describe, expect, test } from 'vitest';
import type { TraceEvent } from '../../lab/index.ts';
import { keyName } from './keys.ts';
import { notIn, type OpenRun, sentOf, shown, type TuiModel } from './model.ts';
import { end, keys, letters, list, open, world } from './testing.ts';
import { update } from './update.ts';

function run(model: TuiModel): OpenRun {
  if (model.open === null) throw new Error('nothing is open');
  return model.open;
}

function event(model: TuiModel): TraceEvent | undefined {
  return shown(run(model)).events[run(model).at];
}

/** The n-th segment that leaves is at the cursor. */
function atSegment(model: TuiModel, n: number): TuiModel {
  return keys(model, 'home', ...new Array<string>(n).fill('n'));
}

describe('the list', () => {
  test('the cursor stays in it; Enter opens the scenario there, q and Escape go back', () => {
    expect(keys(list, 'up').list.at).toBe(0);
    expect(keys(list, 'down', 'down', 'down').list.at).toBe(1);
    const opened = keys(list, 'down', 'enter');
    expect(run(opened).scenario.id).toBe('ending');
    expect(keys(opened, 'q').open).toBeNull();
    expect(keys(opened, 'escape').open).toBeNull();
    expect(keys(opened, 'q', 'q').quit).toBe(true);
  });

  test('/ filters while it is typed, by id, title and question; Escape shows all again', () => {
    const typed = keys(list, '/', ...letters('four'));
    expect(typed.list.filter).toBe('four');
    expect(run(keys(typed, 'enter', 'enter')).scenario.id).toBe('ending');
    expect(keys(typed, 'enter', 'escape').list.filter).toBe('');
    expect(keys(typed, 'escape')).toMatchObject({ prompt: null, list: { filter: '' } });
    expect(keys(typed, 'backspace').list.filter).toBe('fou');
    expect(keys(typed, 'ctrl-u').list.filter).toBe('');
  });

  test('a filter that is in no text is looked up by its meaning', () => {
    expect(run(keys(list, '/', ...letters('finish'), 'enter', 'enter')).scenario.id).toBe('ending');
    expect(keys(list, '/', ...letters('zzz'), 'enter', 'enter').open).toBeNull();
  });
});

describe('steps', () => {
  test('right and left go through the events that the ladder shows, and stop at its ends', () => {
    expect(run(open).at).toBe(0);
    expect(run(keys(open, 'left')).at).toBe(0);
    expect(event(keys(open, 'end'))?.states).toEqual({ left: 'ESTABLISHED', right: 'ESTABLISHED' });
    const last = run(keys(open, 'end')).at;
    expect(run(keys(open, 'end', 'right')).at).toBe(last);
    expect(run(keys(open, 'end', 'home')).at).toBe(0);
    expect(run(keys(open, 'pagedown', 'pageup')).at).toBe(0);
  });

  test('n and N go from segment to segment', () => {
    const flags = (model: TuiModel): string | undefined => {
      const found = event(model);
      return found?.kind === 'sent' ? found.segment.flags : undefined;
    };
    expect(flags(atSegment(open, 1))).toBe('SYN');
    expect(flags(atSegment(open, 2))).toBe('SYN,ACK');
    expect(flags(atSegment(open, 3))).toBe('ACK');
    expect(flags(keys(atSegment(open, 3), 'N'))).toBe('SYN,ACK');
    expect(run(keys(atSegment(open, 3), 'n')).at).toBe(run(atSegment(open, 3)).at);
  });

  test('space plays: every tick is a step, until the end; a step by hand stops it', () => {
    let model = keys(open, ' ');
    expect(model.playing).toBe(true);
    model = keys(model, 'tick');
    expect(run(model).at).toBeGreaterThan(0);
    for (let i = 0; i < 100; i++) model = keys(model, 'tick');
    expect(model.playing).toBe(false);
    expect(run(model).at).toBe(run(keys(open, 'end')).at);
    expect(keys(open, ' ', 'right').playing).toBe(false);
    expect(keys(open, 'tick')).toBe(open);
  });

  test('/ leaves only events with a text to stop at; one that is nowhere is said', () => {
    const filtered = keys(end, '/', ...letters('FIN'), 'enter');
    const stops = new Set<number>();
    for (let model = keys(filtered, 'home'), i = 0; i < 20; i++, model = keys(model, 'right'))
      stops.add(run(model).at);
    for (const at of stops) expect(sentOf(run(filtered).trace, at)?.segment.flags).toContain('FIN');
    expect(stops.size).toBe(4);
    expect(run(keys(filtered, 'escape')).filter).toBe('');
    const none = keys(end, '/', ...letters('zzz'), 'enter');
    expect([run(none).filter, none.message]).toEqual(['', 'Nothing here matches "zzz".']);
  });
});

describe('changes are run at once', () => {
  test('d drops the segment at the cursor, a second d lets it through, z takes back', () => {
    const dropped = keys(atSegment(open, 2), 'd');
    expect(run(dropped).edits).toEqual(['drop any#1 right->left']);
    const { trace } = run(dropped);
    expect(trace.events.some((e) => e.kind === 'lost' && e.to === 'left')).toBe(true);
    // The cursor is where it was.
    expect(event(dropped)).toMatchObject({ kind: 'sent', from: 'right' });
    expect(dropped.message).toMatch(/^drop any#1 right->left: run again; \d+ events gone, \d+ new/);
    expect(run(keys(dropped, 'd')).edits).toEqual([]);
    expect(run(keys(dropped, 'z'))).toMatchObject({ edits: [], trace: run(open).trace });
    expect(keys(open, 'z').message).toBe('Nothing was changed.');
  });

  test('an arrival stands for its segment', () => {
    const arrived = keys(atSegment(open, 1), 'right');
    expect(event(arrived)?.kind).toBe('arrived');
    expect(run(keys(arrived, 'd')).edits).toEqual(['drop any#1 left->right']);
  });

  test('u sends it twice, c damages it, D delays it by what is typed', () => {
    const second = atSegment(open, 2);
    expect(run(keys(second, 'u')).trace.events.some((e) => e.kind === 'arrived' && e.copy === 1)).toBe(true);
    const damaged = run(keys(second, 'c')).trace.events;
    expect(damaged.some((e) => e.kind === 'arrived' && e.flipped !== undefined)).toBe(true);
    const asked = keys(second, 'D');
    expect(asked.prompt).toEqual({ for: 'delay', text: '200' });
    const delayed = keys(asked, 'enter');
    expect(run(delayed).edits).toEqual(['delay any#1 right->left 200ms']);
    expect(run(keys(asked, 'backspace', '5', 'enter')).edits).toEqual(['delay any#1 right->left 205ms']);
    expect(keys(asked, 'x', 'enter').message).toBe('"200x" is not a number of milliseconds');
    expect(keys(asked, 'escape')).toMatchObject({ prompt: null, open: { edits: [] } });
  });

  test('i takes any change; one that makes no sense is said, and nothing is changed', () => {
    const cut = keys(open, 'i', ...letters('cut 5ms'), 'enter');
    expect(run(cut).edits).toEqual(['cut 5ms']);
    const nonsense = keys(open, 'i', ...letters('frob'), 'enter');
    expect(run(nonsense)).toEqual(run(open));
    expect(nonsense.message).toMatch(/^"frob": expected/);
    const idle = keys(open, 'i', ...letters('drop RST#7'), 'enter');
    expect(idle.message).toBe('nothing in this run was matched by "drop RST#7"');
  });

  test('what is no segment cannot be changed, nor what the scenario forged', () => {
    expect(event(open)?.kind).toBe('call');
    expect(keys(open, 'd').message).toMatch(/^That is no segment/);
    const forged = keys(open, 'i', ...letters('inject right RST 100ms'), 'enter', 'end');
    const at = run(forged).trace.events.findIndex((e) => e.kind === 'sent' && e.injected === true);
    const model = { ...forged, open: { ...run(forged), at } };
    expect(keys(model, 'd').message).toMatch(/^This segment was put on the wire/);
  });

  test('g shows the run before: what is new and what is gone are told apart', () => {
    const dropped = keys(atSegment(open, 3), 'd');
    const { trace, before } = run(dropped);
    if (before === null) throw new Error('no run before');
    const gone = [...notIn(before, trace)].map((at) => before.events[at]?.kind);
    expect(gone).toContain('arrived');
    expect([...notIn(trace, before)].map((at) => trace.events[at]?.kind)).toContain('lost');
    const ghost = keys(dropped, 'g');
    expect(shown(run(ghost))).toBe(before);
    expect(keys(ghost, 'd').message).toMatch(/RUN BEFORE/);
    expect(shown(run(keys(ghost, 'g')))).toBe(trace);
    expect(keys(open, 'g').message).toMatch(/^There is no run before/);
  });
});

describe('looking', () => {
  test('e, v, r, t, s choose a pane, Tab the next', () => {
    const panes = ['e', 'v', 'r', 't', 's'].map((key) => run(keys(open, key)).pane);
    expect(panes).toEqual(['explain', 'tcb', 'bytes', 'table', 'story']);
    expect(run(keys(open, 'e', 'tab')).pane).toBe('tcb');
    expect(run(keys(open, 's', 'tab')).pane).toBe('explain');
  });

  test('up and down step, but choose a field where octets are shown', () => {
    const bytes = keys(atSegment(open, 1), 'r', 'down', 'down');
    expect(run(bytes)).toMatchObject({ field: 2, at: run(atSegment(open, 1)).at });
    expect(run(keys(bytes, 'up', 'up', 'up')).field).toBe(0);
    expect(run(keys(bytes, ...new Array<string>(99).fill('down'))).field).toBeGreaterThan(20);
    expect(run(keys(bytes, 'right')).field).toBe(0);
    expect(run(keys(open, 'e', 'down')).at).toBeGreaterThan(0);
  });

  test('x on two segments compares them; twice on one takes the mark away', () => {
    const marked = keys(atSegment(open, 1), 'x');
    expect(run(marked).marked).toBe(run(marked).at);
    expect(run(keys(marked, 'x')).marked).toBeNull();
    const compared = keys(marked, 'n', 'x');
    expect(run(compared)).toMatchObject({ pane: 'diff', compared: [run(marked).at, run(compared).at] });
    expect(keys(open, 'x').message).toMatch(/^That is no segment/);
  });

  test('l changes the language and keeps the place; a shows raw numbers; ? the help', () => {
    const third = atSegment(open, 3);
    expect(keys(third, 'l')).toMatchObject({ lang: 'zh', open: { at: run(third).at } });
    expect(keys(third, 'l', 'l').lang).toBe('en');
    expect(keys(open, 'a').absolute).toBe(true);
    expect(keys(open, '?').help).toBe(true);
    expect(keys(open, '?', 'q')).toMatchObject({ help: false, quit: false });
  });

  test('j and k scroll the pane; another pane, or a step, begins at the top', () => {
    expect(run(keys(open, 'j', 'j', 'k')).scroll).toBe(1);
    expect(run(keys(open, 'k')).scroll).toBe(0);
    expect(run(keys(open, 'j', 'right')).scroll).toBe(0);
  });

  test('Ctrl-C ends it, wherever it is', () => {
    for (const model of [list, open, keys(open, '?'), keys(open, 'D')])
      expect(update(model, 'ctrl-c', world).quit).toBe(true);
  });

  test('unknown keys do nothing', () => {
    for (const key of ['Z', 'ctrl-q', 'delete']) expect(run(keys(open, key))).toEqual(run(open));
  });
});

test('keys have names: of readline, or the character itself', () => {
  expect(keyName('\r', { name: 'return' })).toBe('enter');
  expect(keyName(undefined, { name: 'left' })).toBe('left');
  expect(keyName('D', { name: 'd', sequence: 'D' })).toBe('D');
  expect(keyName('\x03', { name: 'c', ctrl: true })).toBe('ctrl-c');
  expect(keyName(' ', { name: 'space' })).toBe(' ');
  expect(keyName('丢', { sequence: '丢' })).toBe('丢');
  expect(keyName('\x1bx', { name: 'x', meta: true })).toBeNull();
  expect(keyName(undefined, {})).toBeNull();
});
