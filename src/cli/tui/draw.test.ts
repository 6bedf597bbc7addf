import { describe, expect, test } from 'vitest';
import { textWidth } from '../../lab/index.ts';
import { draw } from './draw.ts';
import type { TuiModel } from './model.ts';
import { plain, type Size } from './paint.ts';
import { end, keys, letters, list, open, world } from './testing.ts';

const small: Size = { columns: 80, rows: 24, ascii: false, colour: false };
const large: Size = { columns: 120, rows: 40, ascii: false, colour: true };

function screen(model: TuiModel, size: Partial<Size> = {}): string[] {
  return draw(model, { ...small, ...size }, world);
}

function atSegment(model: TuiModel, n: number): TuiModel {
  return keys(model, 'home', ...new Array<string>(n).fill('n'));
}

const third = atSegment(open, 3);
const models: readonly (readonly [string, TuiModel])[] = [
  ['the list', list],
  ['the list with nothing in it', keys(list, '/', ...letters('zzz'))],
  ['the help', keys(list, '?')],
  ['a prompt', keys(third, 'D')],
  ['a message', keys(third, 'd')],
  ['the run before', keys(third, 'd', 'g')],
  ...(['e', 'v', 'r', 't', 's'] as const).map((key) => [`pane ${key}`, keys(third, key)] as const),
  ['a difference', keys(atSegment(open, 1), 'x', 'n', 'x')],
  ['a long scenario, in the middle', keys(end, 'end', 'left', 'left', 'left')],
  ['raw numbers', keys(third, 'a', 'v')],
  ['a filter', keys(end, '/', ...letters('FIN'), 'enter')],
];

describe('every screen is exactly as wide and as high as the terminal', () => {
  describe.each(models)('%s', (_name, model) => {
    test.each([
      [80, 24],
      [74, 16],
      [100, 30],
      [120, 40],
      [200, 60],
    ])('%i x %i', (columns, rows) => {
      for (const lang of ['en', 'zh'] as const) {
        for (const look of [{}, { ascii: true }, { colour: true }]) {
          const lines = screen({ ...model, lang }, { columns, rows, ...look });
          expect(lines).toHaveLength(rows);
          for (const line of lines) expect(textWidth(plain(line))).toBe(columns);
        }
      }
    });
  });

  test('a terminal that is too small is told so, in its own size', () => {
    const lines = screen(open, { columns: 40, rows: 5 });
    expect(lines).toHaveLength(5);
    expect(lines[0]).toContain('too small');
  });
});

test('the help is not cut in 80 columns, in either language', () => {
  for (const lang of ['en', 'zh'] as const)
    for (const line of screen({ ...keys(list, '?'), lang })) expect(line).not.toContain('…');
});

test('only ASCII is drawn where there is nothing else, Chinese letters aside', () => {
  for (const [, model] of models) {
    for (const line of screen(model, { ascii: true }))
      expect(line.replace('中文', '')).toMatch(/^[\x20-\x7e]*$/);
    for (const line of screen({ ...model, lang: 'zh' }, { ascii: true }))
      expect(line).not.toMatch(/[┃│─╮╭▶◀●→←↑↓…§×]/u);
  }
});

test('without colour there is no escape sequence; with it nothing else differs', () => {
  for (const [, model] of models) {
    const bare = screen(model, { columns: 120, rows: 40 });
    for (const line of bare) expect(line).not.toContain('\x1b');
    expect(
      draw(model, large, world)
        .map(plain)
        .map((line) => line.trimEnd()),
    ).toHaveLength(40);
  }
});

test('the list has groups, ids and titles, and the question of the one at the cursor', () => {
  const lines = screen(keys(list, 'down')).map((line) => line.trimEnd());
  expect(lines[0]).toMatch(/^synfin lab {2,}2 of 2 scenarios$/);
  expect(lines.slice(1, 5)).toEqual([
    'Opening a connection',
    '  opening  Three segments',
    'Closing a connection',
    '> ending   Four segments',
  ]);
  expect(lines[21]).toBe(' How does it end?');
  expect(lines[23]).toMatch(/^↑\/↓ choose {2}Enter open/);
});

test('the ladder has the cursor in front of its lines, and states at both sides', () => {
  const lines = screen(third, { ascii: true }).map((line) => line.trimEnd());
  expect(lines[0]).toMatch(/^opening {2}Three segments {2,}\d+\/\d+$/);
  const cursor = lines.filter((line) => line.startsWith('>'));
  expect(cursor).toEqual([
    '>          ESTABLISHED |-- ACK seq=1 ack=1 -------------------.   | SYN-RECEIVED',
  ]);
});

test('in Chinese the same, with the same columns', () => {
  const cursor = screen({ ...third, lang: 'zh' }).filter((line) => line.startsWith('>'));
  expect(cursor).toEqual(screen(third).filter((line) => line.startsWith('>')));
});

describe('after a change', () => {
  const dropped = keys(third, 'd');
  test('what is new has a plus, in the run before what is gone has a minus', () => {
    const marks = (model: TuiModel): string =>
      screen(model)
        .map((line) => line[1])
        .join('');
    expect(marks(dropped)).toContain('+');
    expect(marks(dropped)).not.toContain('-');
    expect(
      screen(keys(dropped, 'g'))
        .filter((line) => /^[ >]- /.test(line))
        .join('\n'),
    ).toContain('ESTABLISHED');
  });

  test('what was done is said in the last line, and counted in the first', () => {
    const lines = screen(dropped, { columns: 120 });
    expect(lines.at(-1)).toMatch(/^drop any#2 left->right: run again; \d+ events gone, \d+ new/);
    expect(lines[0]).toContain('1 changed');
  });
});

describe('the panes', () => {
  const pane = (model: TuiModel, size: Partial<Size> = {}): string[] => {
    const lines = screen(model, size).map((line) => line.trimEnd());
    return lines.slice(lines.findIndex((line) => line.startsWith('──')) + 1, -1);
  };

  test('e: what happened, the rule of a change, and why', () => {
    const arrived = keys(third, 'right', 'right', 'e');
    expect(pane(arrived).join('\n')).toContain('en explanation of event');
    const opened = keys(open, 'home', 'n', 'right', 'e');
    expect(pane(opened).join('\n')).toContain(
      'server: LISTEN → SYN-RECEIVED  (listen-syn, RFC 9293 3.10.7.2)',
    );
  });

  test('v: both TCBs, with what changed at the cursor first', () => {
    // The SYN,ACK arrives at the client.
    const arrived = keys(atSegment(open, 2), 'right', 'v');
    const [names = '', first = ''] = pane(arrived);
    expect(names).toMatch(/^client ESTABLISHED +server SYN-RECEIVED$/);
    expect(first).toMatch(/^\* state {6}SYN-SENT → ESTABLISHED/);
    expect(pane(arrived).join('\n')).toMatch(/\* snd\.una {4}0 → 1/);
    const raw = pane(keys(arrived, 'a')).join('\n');
    expect(raw).toMatch(/\* snd\.una {4}\d{5,} → \d{5,}/);
  });

  test('v before there is a TCB says so', () => {
    expect(pane(keys(open, 'v')).join('\n')).toContain('no TCB');
  });

  test('r: the octets, with the field at the cursor in brackets where there is no colour', () => {
    const first = pane(keys(atSegment(open, 1), 'r'));
    expect(first[0]).toBe('Version = 4  (octet 0, 1 long)');
    expect(first[1]).toMatch(/^0000\[45\]00 /);
    const seq = keys(atSegment(open, 1), 'r', ...new Array<string>(17).fill('down'));
    expect(pane(seq)[0]).toMatch(/^Sequence Number = \d+ {2}\(octet 24, 4 long\)$/);
    expect(pane(seq).join('\n')).toMatch(
      /0010( [\da-f]{2}){8}\[[\da-f]{2} [\da-f]{2} [\da-f]{2} [\da-f]{2}\]/,
    );
    expect(pane(keys(open, 'r'))).toContain('No packet at the cursor.');
  });

  test('r in colour turns the field around instead', () => {
    const lines = draw(keys(atSegment(open, 1), 'r'), { ...small, colour: true }, world);
    expect(lines.join('\n')).toContain('0000 \x1b[7m45\x1b[0m 00');
  });

  test('t: the sockets of both hosts as ss names them', () => {
    const lines = pane(keys(third, 't'));
    expect(lines[0]).toMatch(/^State {6}Recv-Q Send-Q {2}Local +Peer +Timer$/);
    expect(lines[1]).toBe('client');
    expect(lines[2]).toMatch(/^ESTAB +0 +0 {2}10\.0\.0\.1:50000 +10\.0\.0\.2:80$/);
    expect(lines[4]).toMatch(/^LISTEN +0 +128 {2}10\.0\.0\.2:80 +\* +SYN queue 1$/);
    expect(lines[5]).toMatch(/^SYN-RECV +0 +0 .*timer:\(on,\d+ms,0\)$/);
  });

  test('t: 2 MSL is the timer of TIME-WAIT', () => {
    const waiting = keys(end, 'end', 'left', 't');
    expect(pane(waiting).join('\n')).toMatch(/TIME-WAIT +0 +0 .*timer:\(timewait,60sec,0\)/);
  });

  test('timers run down while nothing else changes', () => {
    const timer = (model: TuiModel): number =>
      Number(/timer:\(timewait,(\d+)sec/.exec(pane(model).join('\n'))?.[1] ?? -1);
    const cut = keys(end, 'i', ...letters('right close 30s'), 'enter', 't');
    const waiting = keys(cut, 'end', 'left');
    expect(timer(waiting)).toBe(30);
    expect(pane(keys(waiting, 'v', ...new Array<string>(30).fill('j'))).join('\n')).toMatch(
      / {2}timers +2msl 30410ms/,
    );
  });

  test('s: the question, what was changed, the explanation, what to notice, and Linux', () => {
    const lines = pane(keys(third, 'd', 's'), { rows: 40 });
    expect(lines.slice(0, 6)).toEqual([
      'How is a connection opened?',
      'Changed: drop any#2 left->right',
      'SYN, SYN,ACK, ACK.',
      'What to notice:',
      '- Both ends are ESTABLISHED.',
      'Linux: The same.',
    ]);
  });

  test('x: the fields in which two segments differ, and how many do not', () => {
    const lines = pane(keys(atSegment(open, 1), 'x', 'n', 'x'), { rows: 50 });
    expect(lines[0]).toMatch(/^field +#1 SYN client +#2 SYN,ACK server$/);
    expect(lines.find((line) => line.startsWith('Control Bits'))).toMatch(/ SYN +SYN,ACK$/);
    expect(lines.some((line) => line.startsWith('Version'))).toBe(false);
    expect(lines.some((line) => /^\d+ fields are the same\.$/.test(line))).toBe(true);
  });

  test('what does not fit is counted, and j shows it', () => {
    const tabs = (model: TuiModel): string => screen(model).find((line) => line.startsWith('──')) ?? '';
    expect(tabs(keys(third, 'v'))).toMatch(/(\d+) more: j $/);
    const down = keys(third, 'v', ...new Array<string>(30).fill('j'));
    expect(tabs(down)).not.toContain('more');
    expect(pane(down).join('\n')).toContain('options');
  });
});
