// Which files of a folder laid out like Node's own test/ belong to a group, and how each wants to be run: Node's runner
// reads `// Flags:` and `// Env:` lines (tools/test.py, test/testpy).

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const GROUPS = ['net', 'http', 'https', 'http2', 'tls', 'dgram'] as const;
export type Group = (typeof GROUPS)[number];

export interface TestFile {
  /** Without its folder: `test-net-connect.js`. */
  readonly name: string;
  readonly path: string;
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Of test/sequential: runs with no other beside it, on a port that is known. */
  readonly isSequential: boolean;
  /** Why it cannot be asked of another stack; null when it can. */
  readonly notApplicable: string | null;
}

interface Reason {
  readonly name?: RegExp;
  readonly text?: RegExp;
  readonly why: string;
}

/** What has no meaning on a stack in the process, whatever that does. The first that fits is the reason. */
const NOT_APPLICABLE: readonly Reason[] = [
  {
    text: /require\('(node:)?cluster'\)|from '(node:)?cluster'/,
    why: 'cluster: the primary hands descriptors of the kernel to its children',
  },
  {
    text: /\bsend\([^)]*,\s*(socket|server|handle|client|conn\w*)\b(?!\.)/,
    why: 'a descriptor is handed to another process',
  },
  {
    text: /opensslCli|s_client|s_server/,
    why: "the other end is OpenSSL's program, on the kernel's network",
  },
  {
    text: /(spawn|exec|execFile)\(\s*['"`](curl|ab|nc|wrk)\b/,
    why: 'the other end is another program, on the kernel’s network',
  },
  {
    name: /^test-net-(connect-options-fd|server-listen-handle|listen-fd0|socket-constructor)\./,
    why: 'a socket of a descriptor or of a handle of the kernel',
  },
  {
    name: /^test-net-(persistent-nodelay|persistent-ref-unref)\./,
    why: "it puts methods of its own on the prototype of the kernel's handle",
  },
  {
    name: /^test-net-child-process-connect-reset\./,
    why: "the other end is a child process, on the kernel's network",
  },
  {
    name: /^test-dgram-(bind-fd|bind-fd-error|create-socket-handle-fd)\./,
    why: 'a socket of a descriptor of the kernel',
  },
  {
    text: /--test-udp-no-try-send/,
    why: 'datagrams that wait in the queue of libuv: ours have left when send returns',
  },
];

function notApplicable(name: string, text: string): string | null {
  const found = NOT_APPLICABLE.find((one) => one.name?.test(name) === true || one.text?.test(text) === true);
  return found?.why ?? null;
}

/** The words of every line `// WORD: …`. */
function wordsOf(text: string, word: string): string[] {
  const lines = text.matchAll(new RegExp(`^//\\s+${word}:(.*)$`, 'gm'));
  return [...lines].flatMap(([, words = '']) => words.trim().split(/\s+/)).filter((one) => one !== '');
}

function testFile(path: string, name: string, isSequential: boolean): TestFile {
  const text = readFileSync(path, 'utf8');
  const env = wordsOf(text, 'Env').map((pair) => {
    const at = pair.indexOf('=');
    return [pair.slice(0, at), pair.slice(at + 1)] as const;
  });
  return {
    name,
    path,
    flags: wordsOf(text, 'Flags'),
    env: Object.fromEntries(env),
    isSequential,
    notApplicable: notApplicable(name, text),
  };
}

/**
 * The files of `group` in `folder`, which is Node's test/ (with parallel/ and sequential/ in it) or one of these two;
 * those whose name has `filter` in it. Throws when the folder is not there.
 */
export function testFiles(folder: string, group: Group, filter = ''): TestFile[] {
  const root = resolve(folder);
  const inside = ['parallel', 'sequential'].map((one) => join(root, one)).filter((one) => existsSync(one));
  const found: TestFile[] = [];
  for (const directory of inside.length > 0 ? inside : [root]) {
    const isSequential = /sequential\/?$/.test(directory);
    for (const name of readdirSync(directory).sort()) {
      const isOfGroup = new RegExp(`^test-${group}(-.*)?\\.m?js$`).test(name);
      if (isOfGroup && name.includes(filter)) found.push(testFile(join(directory, name), name, isSequential));
    }
  }
  return found;
}
