import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { nodeProgram } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'synfin-exec-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** An executable file. */
function file(name: string, text: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

test('node is the Node that runs synfin; one with a path is that one', () => {
  expect(nodeProgram('node', '', '/own/node')).toEqual({ node: '/own/node', args: [] });
  expect(nodeProgram('/usr/bin/node', '', '/own/node')).toEqual({ node: '/usr/bin/node', args: [] });
});

test.each([
  ['#!/usr/bin/env node\nlater', []],
  ['#!/usr/bin/node\n', []],
  ['#!/usr/bin/env -S node --no-warnings --title=x\r\n', ['--no-warnings', '--title=x']],
])('a script that begins with %j is Node’s, by its path and on PATH', (text, flags) => {
  const path = file('script', text);
  const program = { node: '/own/node', args: [...flags, path] };
  expect(nodeProgram(path, '', '/own/node')).toEqual(program);
  expect(nodeProgram('script', `/nowhere:${folder}`, '/own/node')).toEqual(program);
});

test.each([
  ['another interpreter', '#!/bin/sh\nnode app.js\n'],
  ['one whose name only contains it', '#!/usr/bin/env nodemon\n'],
  ['no script', Buffer.from([0x7f, 0x45, 0x4c, 0x46])],
  ['nothing', ''],
])('%s: not Node', (_what, text) => {
  expect(nodeProgram(file('other', text), '')).toBeNull();
});

test('what is not there, or no file, is not Node', () => {
  expect(nodeProgram('/nowhere/at/all', '')).toBeNull();
  expect(nodeProgram('nothing-of-that-name', folder)).toBeNull();
  expect(nodeProgram(folder, '')).toBeNull();
});
