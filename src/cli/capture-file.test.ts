import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { CaptureFile } from './capture-file.ts';

const dir = mkdtempSync(join(tmpdir(), 'synfin-capture-'));
afterAll(() => rmSync(dir, { recursive: true }));

test('all of what is written is in the file, in order', () => {
  const path = join(dir, 'a');
  const file = new CaptureFile(path, () => {
    throw new Error('must not fail');
  });
  file.write(Buffer.from('one '));
  file.write(Buffer.from('two'));
  expect(file.recording).toBe(true);
  file.close();
  file.close();
  expect(file.recording).toBe(false);
  file.write(Buffer.from('late'));
  expect(readFileSync(path, 'utf8')).toBe('one two');
});

// Linux: a device on which every write fails with ENOSPC.
test.skipIf(process.platform !== 'linux')(
  'a full disk ends the capture, is told once, and nothing else',
  () => {
    const errors: string[] = [];
    const file = new CaptureFile('/dev/full', ({ message }) => errors.push(message));
    file.write(Buffer.from('one'));
    file.write(Buffer.from('two'));
    file.close();
    expect(errors).toEqual([expect.stringContaining('ENOSPC')]);
    expect(file.recording).toBe(false);
  },
);

test("a file that cannot be opened is the caller's matter", () => {
  expect(() => new CaptureFile(join(dir, 'no', 'file'), () => {})).toThrow(/ENOENT/);
});
