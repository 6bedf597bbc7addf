import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { claims, type InterviewQuestion, interviewQuestions, parseDeck, textWidth } from '../lab/index.ts';
import { stateFile } from './interview-state.ts';
import { main } from './program.ts';

const dir = mkdtempSync(join(tmpdir(), 'synfin-interview-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function synfin(args: readonly string[], input = '') {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const out = text(stdout);
  const err = text(stderr);
  stdin.end(input);
  const code = await main(args, { stdin, stdout, stderr, env: {} });
  stdout.end();
  stderr.end();
  return { code, stdout: await out, stderr: await err };
}

function flat(printed: string): string {
  return printed.replace(/\s+/g, '');
}

describe('synfin interview QUESTION', () => {
  test.each(['en', 'zh'] as const)(
    'short answer, full answer, traps and run, in %s, in 80 columns',
    async (lang) => {
      for (const { id, question, short, full, traps, mistakes, run } of interviewQuestions) {
        const { code, stdout } = await synfin(['interview', id, '--lang', lang]);
        expect(code).toBe(0);
        const told = flat(stdout);
        const places = [question, short, full].map((each) => told.indexOf(flat(each[lang])));
        expect(places[0]).toBe(0);
        expect([...places].sort((a, b) => a - b)).toEqual(places);
        for (const number of traps) {
          const claim = claims.find((one) => one.number === number);
          expect(told).toContain(flat(claim?.claim[lang] ?? '?'));
          expect(told).toContain(flat(claim?.truth[lang] ?? '?'));
        }
        for (const { wrong, right } of mistakes)
          expect(told).toContain(flat(`“${wrong[lang]}”${right[lang]}`));
        if (run !== null) expect(told).toContain(flat(`synfin run ${run.scenario}`));
        for (const line of stdout.split('\n')) expect(textWidth(line), line).toBeLessThanOrEqual(80);
      }
    },
  );

  test('--list names all, by topic; --topic some; --json gives the data', async () => {
    const { stdout } = await synfin(['interview', '--list']);
    for (const { id } of interviewQuestions) expect(stdout).toMatch(new RegExp(`^ {2}${id} `, 'm'));
    expect(stdout).toContain(`${interviewQuestions.length} questions`);
    const some = interviewQuestions.filter(({ topic }) => topic === 'queues');
    const listed = (await synfin(['interview', '--list', '--topic', 'queues'])).stdout;
    expect(listed.match(/^ {2}\S+ {2}/gm)).toHaveLength(some.length);
    const json = (await synfin(['interview', '--topic', 'queues', '--json'])).stdout;
    expect(JSON.parse(json) as InterviewQuestion[]).toEqual(some);
  });

  test('what there is not is said, with what is near', async () => {
    expect((await synfin(['interview', 'why-thre'])).stderr).toMatch(/did you mean why-three/);
    expect((await synfin(['interview', 'chocolate'])).code).toBe(2);
    expect((await synfin(['interview', '--topic', 'tea'])).stderr).toMatch(/--topic must be one of opening/);
  });
});

describe('synfin interview', () => {
  test('asks, shows, is told how it went, and remembers it in the file', async () => {
    const file = join(dir, 'deep', 'state.json');
    const [first, second] = interviewQuestions;
    const { code, stdout } = await synfin(['interview', '--state', file], '\n4\n\n1\nq\n');
    expect(code).toBe(0);
    expect(stdout).toContain(first?.question.en.split(',')[0]);
    expect(stdout).toContain('2 answered');
    const { reviews } = parseDeck(readFileSync(file, 'utf8'));
    expect(Object.keys(reviews)).toEqual([first?.id, second?.id]);
    expect(reviews[first?.id ?? '']?.due).toBeGreaterThan(
      reviews[second?.id ?? '']?.due ?? Number.POSITIVE_INFINITY,
    );
  });

  test('what was answered badly comes again before what is new', async () => {
    const file = join(dir, 'again.json');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1) });
    try {
      await synfin(['interview', '--state', file], '\n1\n\n3\n\n3\nq\n');
      vi.setSystemTime(Date.UTC(2026, 0, 1, 0, 2));
      const { stdout } = await synfin(['interview', '--state', file], 'q\n');
      expect(flat(stdout)).toContain(flat(interviewQuestions[0]?.question.en ?? '?'));
    } finally {
      vi.useRealTimers();
    }
  });

  test('r shows the run; something else is asked again; the end of the input ends it without a mark', async () => {
    const file = join(dir, 'run.json');
    const { stdout, stderr } = await synfin(['interview', '--state', file, '--plain'], '\nr\nwell\n');
    expect(stdout).toMatch(/client sends SYN seq=0/);
    expect(stderr).toBe('synfin interview: "well" is none of 1, 2, 3, 4, r, q\n');
    expect(stdout).toContain('0 answered');
  });

  test('a file that is something else is left alone', async () => {
    const file = join(dir, 'other.json');
    writeFileSync(file, '{"a":1}');
    const { code, stderr } = await synfin(['interview', '--state', file], '\n4\n');
    expect([code, stderr]).toEqual([1, `synfin interview: ${file}: it is no interview state\n`]);
    expect(readFileSync(file, 'utf8')).toBe('{"a":1}');
  });

  test('the file is $XDG_STATE_HOME/synfin/interview.json; a relative one does not count', () => {
    expect(stateFile({ XDG_STATE_HOME: '/var/state' })).toBe('/var/state/synfin/interview.json');
    for (const env of [{}, { XDG_STATE_HOME: '' }, { XDG_STATE_HOME: 'state' }])
      expect(stateFile(env)).toMatch(/\/\.local\/state\/synfin\/interview\.json$/);
  });
});
