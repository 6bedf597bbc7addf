// docs/rfc9293.md says of every requirement of RFC 9293 whether it is met, where, and by which tests it is
// shown. Here it is held to that: every number once, every file and test there, no test left out.

import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testTitles } from './support/test-titles.ts';

const ROOT = join(import.meta.dirname, '..');
const DOC = 'docs/rfc9293.md';

/** How many numbers of each level appendix B has, and what the level is called in the table of counts. */
const LEVELS = [
  ['MUST', 69, 'MUST, MUST NOT'],
  ['SHLD', 31, 'SHOULD, SHOULD NOT'],
  ['MAY', 18, 'MAY'],
  ['REC', 1, 'RECOMMENDED'],
] as const;
const NUMBERS: readonly string[] = LEVELS.flatMap(([level, count]) =>
  Array.from({ length: count }, (_, i) => `${level}-${i + 1}`),
);
const NUMBER = /\b(?:MUST|SHLD|MAY|REC)-\d+\b/g;

interface Row {
  readonly number: string;
  readonly group: string;
  readonly section: string;
  /** `yes`, `no` or `n.a.`, and what is said besides. */
  readonly met: string;
  readonly said: string;
  readonly where: string;
}

/** A test, or a suite, that shows something. */
interface Item {
  readonly numbers: readonly string[];
  readonly group: string;
  readonly file: string;
  readonly title: string;
}

interface Doc {
  readonly rows: readonly Row[];
  readonly items: readonly Item[];
  /** Lines that are neither. */
  readonly strange: readonly string[];
}

const ROW = /^\| ((?:MUST|SHLD|MAY|REC)-\d+) \| ([^|]+) \| ([\d.]+) \| (yes|no|n\.a\.)([^|]*) \|([^|]*)\|$/;
const ITEM = /^- ([A-Z\d, -]+): \[([^\]]+)\]\(\.\.\/([^)]+)\) `([^`]+)`$/;

function parse(text: string): Doc {
  const rows: Row[] = [];
  const items: Item[] = [];
  const strange: string[] = [];
  let group = '';
  for (const line of text.split('\n')) {
    const row = ROW.exec(line);
    const item = ITEM.exec(line);
    if (line.startsWith('## ')) group = line.slice(3);
    else if (row !== null) {
      const [, number = '', , section = '', met = '', said = '', where = ''] = row;
      rows.push({ number, group, section, met, said: said.replace(/^[:;,.] ?/, ''), where });
    } else if (item !== null) {
      const [, numbers = '', file = '', path = '', title = ''] = item;
      if (file !== path) strange.push(line);
      items.push({ numbers: numbers.split(', '), group, file, title });
    } else if (group !== '' && /^[|-]/.test(line) && !/^\| (Number|---) \|/.test(line)) strange.push(line);
  }
  return { rows, items, strange };
}

const titles = new Map<string, ReturnType<typeof testTitles>>();

function titlesOf(file: string): ReturnType<typeof testTitles> {
  let found = titles.get(file);
  if (found === undefined) {
    found = testTitles(readFileSync(join(ROOT, file), 'utf8'));
    titles.set(file, found);
  }
  return found;
}

function testFiles(): string[] {
  return globSync(['src/**/*.test.ts', 'test/**/*.test.ts'], { cwd: ROOT }).sort();
}

/** Everything that is wrong with the document, one line each. */
function complaints(text: string): string[] {
  const { rows, items, strange } = parse(text);
  return [
    ...strange.map((line) => `cannot be read: ${line}`),
    ...wrongNumbers(rows),
    ...rows.flatMap((row) => wrongRow(row, items)),
    ...items.flatMap((item) => wrongItem(item, rows)),
    ...wrongLinks(text),
    ...wrongCounts(text, rows),
    ...leftOut(items),
  ];
}

function wrongNumbers(rows: readonly Row[]): string[] {
  const wrong: string[] = [];
  for (const n of NUMBERS) {
    const count = rows.filter((r) => r.number === n).length;
    if (count !== 1) wrong.push(`${n} stands ${count} times`);
  }
  for (const { number } of rows) if (!NUMBERS.includes(number)) wrong.push(`${number} is no number`);
  return wrong;
}

function wrongRow(row: Row, items: readonly Item[]): string[] {
  const { number, met } = row;
  if (met !== 'yes') {
    const wrong = row.said === '' ? [`${number}: ${met}, but not why`] : [];
    return number.startsWith('MUST') && met === 'no' ? [...wrong, `${number} is not met`] : wrong;
  }
  const wrong: string[] = [];
  if (!row.where.includes('](../src/')) wrong.push(`${number}: yes, but not where`);
  if (!items.some((i) => i.numbers.includes(number))) wrong.push(`${number}: yes, but no test shows it`);
  return wrong;
}

function wrongItem({ numbers, group, file, title }: Item, rows: readonly Row[]): string[] {
  const wrong: string[] = [];
  for (const n of numbers)
    if (!rows.some((r) => r.number === n && r.group === group)) wrong.push(`${n} is not in "${group}"`);
  if (!file.endsWith('.test.ts') || !existsSync(join(ROOT, file))) wrong.push(`${file} is no test file`);
  else {
    const there = titlesOf(file);
    const suite = there.some((t) => !t.suite && t.full.startsWith(`${title} › `));
    if (!suite && !there.some((t) => !t.suite && t.full === title)) wrong.push(`no test ${file} › ${title}`);
  }
  return wrong;
}

function wrongLinks(text: string): string[] {
  const targets = [...text.matchAll(/\]\(\.\.\/([^)]+)\)/g)].map((m) => m[1] as string);
  return [...new Set(targets)].filter((t) => !existsSync(join(ROOT, t))).map((t) => `no file ${t}`);
}

function wrongCounts(text: string, rows: readonly Row[]): string[] {
  const wrong: string[] = [];
  for (const [level, , name] of LEVELS) {
    const count = (met: string): number =>
      rows.filter((r) => r.number.startsWith(`${level}-`) && r.met === met).length;
    const line = `| ${name} (${level}) | ${count('yes')} | ${count('no')} | ${count('n.a.')} |`;
    if (!text.includes(`\n${line}\n`)) wrong.push(`the counts should be: ${line}`);
  }
  return wrong;
}

/** Tests that name a number, in their title or a suite's, and are not listed for it. */
function leftOut(items: readonly Item[]): string[] {
  const wrong: string[] = [];
  for (const file of testFiles()) {
    for (const { full, suite } of titlesOf(file)) {
      if (suite) continue;
      for (const number of new Set(full.match(NUMBER))) {
        const listed = items.some(
          (i) =>
            i.file === file &&
            i.numbers.includes(number) &&
            (full === i.title || full.startsWith(`${i.title} › `)),
        );
        if (!listed) wrong.push(`not listed for ${number}: ${file} › ${full}`);
      }
    }
  }
  return wrong;
}

describe(`${DOC}`, () => {
  const text = readFileSync(join(ROOT, DOC), 'utf8');

  it('has every number of appendix B once, where it is met and which tests show it; no MUST is unmet', () => {
    expect(complaints(text)).toEqual([]);
  });

  /** Each change of the document, and what must be said of it. */
  const changes: readonly (readonly [string, string | RegExp, string, RegExp])[] = [
    ['a number that is missing', /^\| MUST-38 .*\n/m, '', /^MUST-38 stands 0 times$/],
    ['a number that stands twice', /^(\| SHLD-7 .*\n)/m, '$1$1', /^SHLD-7 stands 2 times$/],
    ['a number that RFC 9293 has not', '| REC-1 |', '| REC-2 |', /^REC-2 is no number$/],
    ['a MUST that is not met', /^(\| MUST-38 .*\|) yes \|/m, '$1 no: later |', /^MUST-38 is not met$/],
    ['a no without a reason', /^(\| MAY-14 .*\| no)[^|]* \|/m, '$1 |', /^MAY-14: no, but not why$/],
    ['a yes without a file', /^(\| MUST-38 .*\| yes \|).*/m, '$1 |', /^MUST-38: yes, but not where$/],
    ['a yes without a test', /^- MUST-69: .*\n/m, '', /^MUST-69: yes, but no test shows it$/],
    ['a test in another group', /^- MUST-69:/m, '- MUST-38:', /^MUST-38 is not in "TCP options"$/],
    [
      'a title that no test has',
      'MUST-40: the delay ',
      'MUST-40: a delay ',
      /^no test src\/tcp\/.*: a delay/,
    ],
    [
      'a test file that is not there',
      /rto\.test\.ts/g,
      'rta.test.ts',
      /^src\/tcp\/loss\/rta\.test\.ts is no test file$/,
    ],
    [
      'a link that leads nowhere',
      '(../src/tcp/isn.ts)',
      '(../src/tcp/iss.ts)',
      /^no file src\/tcp\/iss\.ts$/,
    ],
    [
      'counts that are wrong',
      /\((MUST)\) \| \d+/,
      '($1) | 69',
      /^the counts should be: .*\(MUST\) \| \d\d \| 0/,
    ],
    [
      'a test that is left out',
      /^- .*`.* › MUST-62: SEG\.UP.*\n/m,
      '',
      /^not listed for MUST-62: .*urg\.test/,
    ],
    ['a line that is no row', '| MUST-38 |', '|MUST-38 |', /^cannot be read: \|MUST-38/],
  ];
  it.each(changes)('%s is found', (_, what, by, complaint) => {
    const changed = text.replace(what, by);
    expect(changed).not.toBe(text);
    expect(complaints(changed)).toContainEqual(expect.stringMatching(complaint));
  });
});

describe('the titles of tests', () => {
  const read = (source: string): string[] =>
    testTitles(source).map((t) => (t.suite ? `(${t.full})` : t.full));

  it('are those of describe, it, test and regression, within their suites', () => {
    const source = `
      describe('a', () => {
        it('b', () => { expect(f('x')).toBe("it('no')"); });
        describe("c’s", () => { test(\`d \${state}: {\${n('}')}}\`, async () => {}); });
        regression(
          'e',
          (rules) => {},
        );
      });
      it('f', () => {});
    `;
    const nested = `a › c’s › d \${state}: {\${n('}')}}`;
    expect(read(source)).toEqual(['(a)', 'a › b', '(a › c’s)', nested, 'a › e', 'f']);
  });

  it('are found behind each, skipIf and a call that makes the title; escapes are what they stand for', () => {
    const source = `
      describe.skipIf(why !== '')(titled('a', why), () => {
        it.each<[string, { x: number }]>([['p', { x: 1 }]])('b %s', (p) => {});
        it.each([1, 2])("it\\'s \\u2019", () => {});
      });
    `;
    expect(read(source)).toEqual(['(a)', 'a › b %s', "a › it's ’"]);
  });

  it('are not taken from comments, regular expressions, strings, methods or other calls', () => {
    const source = `
      // it('a', () => {});
      /* it('b', () => {}); */
      const r = /it\\('c', [/)]/.test('d') ? x.it('e') : 4 / 2 / 1;
      fit('f'); submit(it); it(name, () => {}); "it('g')";
      it('h', () => {});
    `;
    expect(read(source)).toEqual(['h']);
  });
});
