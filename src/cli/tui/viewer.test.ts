import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import type { TuiWorld } from './model.ts';
import { repaint } from './screen.ts';
import { list, world } from './testing.ts';
import { view } from './viewer.ts';

/** A terminal made of two pipes. */
function terminal(with_: TuiWorld = world) {
  const modes: boolean[] = [];
  const input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (on: boolean) => modes.push(on),
  });
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 });
  const written = text(output);
  const listeners = process.listenerCount('SIGINT');
  const done = view(list, with_, input, output, { ascii: false, colour: false });
  return {
    input,
    output,
    /** What was written, how it ended, and whether everything was put back. */
    async end() {
      const ended = await done.then(
        (code) => ({ code, error: null }),
        (error: unknown) => ({ code: null, error }),
      );
      output.end();
      const all = await written;
      expect(modes).toEqual([true, false]);
      expect(process.listenerCount('SIGINT')).toBe(listeners);
      expect(all.match(/\?1049[hl]/g)).toEqual(['?1049h', '?1049l']);
      expect(all.endsWith('\x1b[?7h\x1b[?25h\x1b[?1049l')).toBe(true);
      return { ...ended, all };
    },
  };
}

test('only the lines that changed are painted again', () => {
  expect(repaint(['a', 'b'], [])).toBe('\x1b[1;1Ha\x1b[2;1Hb');
  expect(repaint(['a', 'c'], ['a', 'b'])).toBe('\x1b[2;1Hc');
  expect(repaint(['a'], ['a'])).toBe('');
});

test('keys change the screen; q in the list ends it with 0', async () => {
  const on = terminal();
  on.input.write('\x1b[B\rq'); // down, Enter, back
  on.input.write('q');
  const { code, all } = await on.end();
  expect(code).toBe(0);
  expect(all).toContain('Three segments');
  expect(all).toContain('ending  Four segments');
});

test('another size is painted whole', async () => {
  const on = terminal();
  on.output.columns = 100;
  on.output.rows = 30;
  on.output.emit('resize');
  on.input.write('q');
  const { all } = await on.end();
  expect(all).toContain('\x1b[30;1H');
});

test('the end of the input ends it', async () => {
  const on = terminal();
  on.input.end();
  expect((await on.end()).code).toBe(0);
});

test('an exception leaves the terminal as it was, and is thrown', async () => {
  const broken: TuiWorld = {
    ...world,
    run() {
      throw new TypeError('a defect');
    },
  };
  const on = terminal(broken);
  on.input.write('\r');
  const { error } = await on.end();
  expect(error).toEqual(new TypeError('a defect'));
});
