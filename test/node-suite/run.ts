// `node test/node-suite/run.ts --node BINARY --tests FOLDER --group net [--json]`: Node's own tests, bare and on synfin.
// Exit code 0 when synfin passes whatever bare Node passes, 1 when not or when that is nothing, 2 when it was not asked as
// it wants to be.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import process, { argv, execPath, exit, stdout } from 'node:process';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { GROUPS, type Group, testFiles } from './files.ts';
import { difference, type Judged, judge, linesOf } from './judge.ts';

const USAGE = `node test/node-suite/run.ts --tests FOLDER --group ${GROUPS.join('|')}
  --node BINARY     the Node to judge (default: this one)
  --tests FOLDER    Node's test/, or a folder laid out like it
  --group GROUP     files test-GROUP-*.js and .mjs; several, or 'all', are run one after the other
  --filter TEXT     only files with this in their name
  --jobs N          files at once (default: one a processor)
  --timeout SECONDS of each run of a file (default 60)
  --register FILE   the module for --import (default: src/socket/node/preload.ts)
  --json            everything as JSON
`;

function wrong(what: string): never {
  stdout.write(`${what}\n\n${USAGE}`);
  exit(2);
}

function positive(name: string, text: string): number {
  const n = Number(text);
  if (!(n > 0)) wrong(`--${name} is a number above 0, not '${text}'`);
  return n;
}

/** A binary of Node, from wherever its tests are run. */
function binary(name: string): string {
  const path = name.includes('/') ? resolve(name) : name;
  const { stdout: version = '', status } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  if (status !== 0 || !version.startsWith('v')) wrong(`--node: ${path} is no Node that can be run`);
  return path;
}

function options() {
  try {
    return parseArgs({
      args: argv.slice(2),
      options: {
        node: { type: 'string', default: execPath },
        tests: { type: 'string' },
        group: { type: 'string', multiple: true },
        filter: { type: 'string', default: '' },
        jobs: { type: 'string', default: String(availableParallelism()) },
        timeout: { type: 'string', default: '60' },
        register: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    return wrong((error as Error).message);
  }
}

function groupsOf(names: readonly string[]): Group[] {
  const groups = names.includes('all') ? GROUPS : names;
  for (const name of groups) if (!GROUPS.includes(name as Group)) wrong(`there is no group '${name}'`);
  return [...groups] as Group[];
}

const values = options();
if (values.tests === undefined || !existsSync(values.tests)) wrong('--tests: which folder?');
if (values.group === undefined) wrong('--group: which files?');
const preload =
  values.register === undefined
    ? new URL('../../src/socket/node/preload.ts', import.meta.url)
    : pathToFileURL(values.register);
const node = binary(values.node);
const groups = groupsOf(values.group);
const reports: object[] = [];
let isSame = true;
let judgedAny = false;
for (const group of groups) {
  const files = testFiles(values.tests, group, values.filter);
  if (files.length === 0) {
    // Of all groups some may be empty, above all with --filter; one that was asked for may not.
    if (!values.group.includes('all')) wrong(`no file test-${group}-*.js in ${values.tests}`);
    if (!values.json) stdout.write(`${group}\nno files\n`);
    continue;
  }
  judgedAny = true;
  let done = 0;
  const progress = ({ name, bare, synfin, notApplicable }: Judged): void => {
    done++;
    if (values.json || !stdout.isTTY) return;
    stdout.write(`[${done}/${files.length}] ${name} ${bare.outcome} ${synfin?.outcome ?? notApplicable}\n`);
  };
  const verdict = await judge(files, {
    node,
    preload: preload.href,
    jobs: positive('jobs', values.jobs),
    timeoutMs: positive('timeout', values.timeout) * 1000,
    progress,
  });
  isSame &&= difference(verdict).length === 0 && (verdict.barePasses > 0 || verdict.applicable === 0);
  if (values.json) reports.push({ group, node, ...verdict });
  else stdout.write(`${group}\n${linesOf(verdict).join('\n')}\n`);
}
if (!judgedAny) wrong(`no file of any group in ${values.tests}`);
if (values.json) stdout.write(`${JSON.stringify(reports, null, 2)}\n`);
process.exitCode = isSame ? 0 : 1;
