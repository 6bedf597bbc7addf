import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, expect, test } from 'vitest';
import { analyseCapture } from '../capture/index.ts';
import { pcapngOf, playScenario, type Scenario, scenarioNamed, textWidth } from '../lab/index.ts';
import { main } from './program.ts';
import { capturedWorld } from './read-viewer.ts';
import { draw } from './tui/draw.ts';
import { beginning, type OpenRun, opened, PANES } from './tui/model.ts';
import { plain } from './tui/paint.ts';
import { update } from './tui/update.ts';

const dir = mkdtempSync(join(tmpdir(), 'synfin-viewer-'));
afterAll(() => rmSync(dir, { recursive: true }));

const octets = pcapngOf(playScenario(scenarioNamed('fin-lost') as Scenario).trace, {
  lang: 'en',
  at: 'left',
});
const file = join(dir, 'fin-lost.pcapng');
writeFileSync(file, octets);
const world = capturedWorld(analyseCapture(octets));
const size = { columns: 100, rows: 30, ascii: false, colour: false };

/** Runs the command on a terminal made of pipes, with these keys. */
async function onTerminal(args: readonly string[], keys: string) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} });
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 100, rows: 30 });
  const stderr = new PassThrough();
  const texts = Promise.all([text(stdout), text(stderr)]);
  const ended = main(args, { stdin, stdout, stderr, env: { LANG: 'en_US.UTF-8' } });
  stdin.write(keys);
  const code = await ended;
  stdout.end();
  stderr.end();
  const [out, err] = await texts;
  return { code, out: plain(out), err };
}

test('the list has the connections and what is wrong with them, and no headings of the lab', () => {
  const lines = draw(beginning('en'), size, world).map(plain);
  expect(lines[0]).toMatch(/^synfin read .*1 of 1 connection/);
  expect(lines[1]).toMatch(/^> #0 +10\.0\.0\.1:50000 > 10\.0\.0\.2:80 {2}The FIN was sent again/);
});

test('every pane of a captured connection is as wide and high as the screen', () => {
  const model = opened(beginning('en'), world, world.scenarios[0] as Scenario);
  const open = model.open as OpenRun;
  for (let at = 0; at < open.trace.events.length; at += 3)
    for (const pane of PANES) {
      const lines = draw({ ...model, open: { ...open, at, pane } }, size, world);
      expect(lines).toHaveLength(size.rows);
      for (const line of lines) expect(textWidth(plain(line))).toBe(size.columns);
    }
});

test('a segment that shows a verdict says so; and a capture cannot be changed', () => {
  const model = opened(beginning('en'), world, world.scenarios[0] as Scenario);
  const open = model.open as OpenRun;
  const said = open.trace.events.map((_, at) => world.explain(open.trace, at, 'en').join(' '));
  expect(said.filter((words) => words.includes('the FIN once more (The FIN was sent again)'))).toHaveLength(
    1,
  );
  const after = update(model, 'd', world);
  expect(after.message).toContain('A capture stays as it is');
  expect(after.open?.trace).toBe(open.trace);
});

test('--tui opens the list, --conn a connection, --replay a run in which losses can be taken back', async () => {
  const list = await onTerminal(['read', file, '--tui'], 'q');
  expect(list).toMatchObject({ code: 0, err: '' });
  expect(list.out).toContain('1 of 1 connection');
  const conn = await onTerminal(['read', file, '--tui', '--conn', '0'], 'qq');
  expect(conn.code).toBe(0);
  expect(conn.out).toContain('#0  10.0.0.1:50000');
  const replay = await onTerminal(['read', file, '--tui', '--replay', '0'], 'zqq');
  expect(replay.code).toBe(0);
  expect(replay.out).toContain('1 changed');
  expect(replay.out).toContain('taken back: drop FIN#1 left->right');
});

test.each([
  [['--tui', '--json'], 'notTogether'],
  [['--tui', '--plain'], '--tui needs a terminal'],
  [['--tui', '-'], '--tui needs the keyboard'],
])('%j is refused: %s', async (more, message) => {
  const stderr = new PassThrough();
  const stdout = Object.assign(new PassThrough(), { isTTY: true });
  const errors = text(stderr);
  const io = { stdin: new PassThrough(), stdout, stderr, env: { LANG: 'en_US.UTF-8' } };
  const code = await main(['read', file, ...more], io);
  stderr.end();
  expect(code).toBe(2);
  expect(await errors).toContain(message === 'notTogether' ? '--json' : message);
});
