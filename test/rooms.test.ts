// The order of the rooms (docs/architecture.md): imports only look down, a folder is entered by its door, the core
// imports nothing of Node, and no modules need each other to be loaded. What does not hold yet is listed with its reason.

import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { codeOf, type Import, importsOf, sourceFiles } from '../scripts/imports.ts';

/** From the bottom up; rooms on one line know nothing of each other. */
const ROOMS: readonly (readonly string[])[] = [
  ['options'],
  ['wire'],
  ['tcp'],
  ['host'],
  ['sim'],
  ['link'],
  ['socket'],
  ['node'],
  ['lab', 'drill'],
  ['capture', 'gateway', 'simulate'],
  ['doctor'],
  ['cli'],
];

/** The same inside the host, for types, too. Above them all are the files of src/host itself. */
const HOST_ROOMS: readonly (readonly string[])[] = [
  ['base', 'profiles'],
  ['time'],
  ['ip'],
  ['link'],
  ['connection'],
  ['tcp', 'udp'],
];

/** Where Node may be imported; everything else runs in any JavaScript engine. */
const NODE = [
  'src/cli/',
  'src/node/',
  'src/socket/node/',
  'src/link/tun/',
  'src/drill/kernel/',
  'src/gateway/node/',
  'src/simulate/',
];

/** Libraries that run anywhere and are bundled (docs/dependencies.md), and the folder that may import them. */
const BUNDLED: Readonly<Record<string, string>> = {
  'hyparquet-writer': 'src/cli/',
  'dns-packet': 'src/socket/dns/',
  minisearch: 'src/lab/find/',
  'ts-fsrs': 'src/lab/interview/',
};

/** An exception: imports, from below a folder, of a file that is no door, or of any file of a folder (with `/` at its end). */
interface Shortcut {
  readonly from: string;
  readonly to: readonly string[];
  readonly why: string;
}

const SHORTCUTS: readonly Shortcut[] = [
  {
    from: 'src/tcp/',
    to: ['src/wire/segment.ts', 'src/wire/seq.ts', 'src/wire/tcp-options.ts'],
    why: 'older than the rule: the engine names what it uses of wire file by file',
  },
  {
    from: 'src/tcp/',
    to: ['congestion', 'ecn', 'form', 'loss', 'receive', 'send', 'tcb'].map((name) => `src/tcp/${name}/`),
    why: 'the engine is one room from outside; inside, each step names the file of the step that it needs',
  },
  {
    from: 'src/tcp/',
    to: ['src/tcp/segment-arrives/'],
    why: 'the table of rules names every step, and the door of segment-arrives reads the table',
  },
  { from: 'src/lab/', to: ['src/wire/segment.ts'], why: 'older than the rule' },
  {
    from: 'src/lab/find/',
    to: ['src/lab/check/why/question.ts', 'src/lab/check/why/questions.ts'],
    why: 'the door leads to the checker, which a search for words has no use for',
  },
  {
    from: 'src/lab/ladder/',
    to: ['src/lab/explain/drops.ts'],
    why: 'the door of explain leads to ladder again',
  },
  {
    from: 'src/drill/kernel/',
    to: ['src/link/tun/address.ts', 'src/link/tun/errors.ts', 'src/link/tun/libc.ts'],
    why: 'the calls of libc are no part of what link/tun offers',
  },
  {
    from: 'src/drill/',
    to: [
      'src/drill/parse/icmp-names.ts',
      'src/drill/parse/print.ts',
      'src/drill/run/host.ts',
      'src/drill/run/shell.ts',
      'src/drill/run/shell-action.ts',
      'src/wire/address.ts',
    ],
    why: 'older than the rule',
  },
  {
    from: 'src/cli/exec/',
    to: ['src/socket/node/register.ts', 'src/socket/node/register-config.ts'],
    why: 'the door loads node:net, which is to take its handles of register',
  },
  {
    from: 'src/cli/',
    to: ['src/link/tun/namespace.ts'],
    why: 'a process that only starts another in a namespace does not load the stack, which the door leads to',
  },
  { from: 'src/cli/', to: ['src/cli/tui/labels.ts', 'src/cli/tui/paint.ts'], why: 'older than the rule' },
];

/** Circles of modules that need each other to be loaded: each named by its folder and one of its members. */
const CIRCLES: readonly { readonly member: string; readonly within: string; readonly why: string }[] = [
  {
    member: 'src/lab/scenario/stage.ts',
    within: 'src/lab/scenario/',
    why: 'a stage runs programs, and a program acts on its stage',
  },
];

/** What ships; tests and what they share may look anywhere. */
const files = sourceFiles('src').filter((file) => !/\.test\.ts$|\/testing\.ts$/.test(file));
const imports = files.flatMap((file) => importsOf(file));
const ours = imports.filter(({ to }) => to.startsWith('src/'));

/** The room of a file; '' for what stands above all rooms (src/index.ts). */
function roomOf(file: string): string {
  const [, room = '', ...more] = file.split('/');
  return more.length === 0 ? '' : room;
}

/** The room of a file of the host; '' for what stands above them all. */
function hostRoomOf(file: string): string {
  return /^src\/host\/([^/]+)\//.exec(file)?.[1] ?? '';
}

/** How high a room is; -1: it is not one of the rooms. */
function height(room: string, rooms = ROOMS): number {
  return rooms.findIndex((row) => row.includes(room));
}

function shown({ from, to }: Import): string {
  return `${from} imports ${to}`;
}

/** Whether a file is the one, or in the folder, that an exception names. */
function covers(excused: string, file: string): boolean {
  return excused.endsWith('/') ? file.startsWith(excused) : file === excused;
}

/** True unless a file of a folder is reached from outside of it past its index.ts. */
function usesDoor({ from, to }: Import): boolean {
  const folder = `${posix.dirname(to)}/`;
  return posix.basename(to) === 'index.ts' || from.startsWith(folder);
}

/** Sets of more than one file that lead to each other (Tarjan, strongly connected components). */
function circles(edges: readonly Import[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) next.set(from, [...(next.get(from) ?? []), to]);
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): number => {
    const here = order.size;
    order.set(file, here);
    low.set(file, here);
    stack.push(file);
    for (const to of next.get(file) ?? []) {
      if (!order.has(to)) visit(to);
      if (stack.includes(to)) low.set(file, Math.min(low.get(file)!, low.get(to)!));
    }
    if (low.get(file) === here) {
      const circle = stack.splice(stack.indexOf(file));
      if (circle.length > 1) found.push(circle.sort());
    }
    return here;
  };
  for (const { from } of edges) if (!order.has(from)) visit(from);
  return found;
}

describe('the rooms', () => {
  test('every folder of src/ is a room with a place in the order', () => {
    const rooms = new Set(files.map(roomOf).filter((room) => room !== ''));
    expect([...rooms].filter((room) => height(room) < 0)).toEqual([]);
  });

  test('imports only look down', () => {
    const up = ours.filter(({ from, to }) => {
      const [a, b] = [roomOf(from), roomOf(to)];
      return a !== '' && a !== b && height(b) >= height(a);
    });
    expect(up.map(shown)).toEqual([]);
  });

  test('the host has rooms of its own: imports, of types too, only look down', () => {
    const inside = ours.filter((one) => [one.from, one.to].every((file) => roomOf(file) === 'host'));
    const up = inside.filter(({ from, to }) => {
      const [a, b] = [hostRoomOf(from), hostRoomOf(to)];
      return a !== '' && a !== b && (b === '' || height(b, HOST_ROOMS) >= height(a, HOST_ROOMS));
    });
    expect(up.map(shown)).toEqual([]);
    const rooms = new Set(inside.map(({ from }) => hostRoomOf(from)).filter((room) => room !== ''));
    expect([...rooms].sort()).toEqual(HOST_ROOMS.flat().sort());
  });

  test('a folder is entered by its index.ts', () => {
    const excused = (one: Import): boolean =>
      SHORTCUTS.some(({ from, to }) => one.from.startsWith(from) && to.some((file) => covers(file, one.to)));
    expect(ours.filter((one) => !usesDoor(one) && !excused(one)).map(shown)).toEqual([]);
  });

  test('an excuse that nobody needs any more is taken off the list', () => {
    const past = ours.filter((one) => !usesDoor(one));
    const idle = SHORTCUTS.flatMap(({ from, to }) =>
      to.filter((file) => !past.some((one) => one.from.startsWith(from) && covers(file, one.to))),
    );
    expect(idle).toEqual([]);
  });

  test('what runs anywhere imports nothing from outside, and names no global of Node', () => {
    const core = files.filter((file) => !NODE.some((folder) => file.startsWith(folder)));
    expect(core.length).toBeGreaterThan(200);
    const outside = core
      .flatMap((file) => importsOf(file))
      .filter(({ from, to }) => !to.startsWith('src/') && !from.startsWith(BUNDLED[to] ?? 'nowhere'));
    expect(outside.map(shown)).toEqual([]);
    const nodes = /\bprocess\.(?:env|argv|stdout|stderr|platform|exit|on|hrtime|nextTick)\b|\bBuffer\./;
    expect(core.filter((file) => nodes.test(codeOf(file)))).toEqual([]);
  });

  test('no modules need each other to be loaded', () => {
    const found = circles(ours.filter(({ typeOnly }) => !typeOnly));
    const excuse = (circle: readonly string[]) =>
      CIRCLES.find(
        ({ member, within }) => circle.includes(member) && circle.every((f) => f.startsWith(within)),
      );
    expect(found.filter((circle) => excuse(circle) === undefined)).toEqual([]);
    expect(CIRCLES.filter((one) => !found.some((circle) => excuse(circle) === one))).toEqual([]);
  });
});

/** What begins all fields of a TCB again, and what keeps and brings back those of one that has ended: none is judged there. */
const WHOLE_TCBS = ['src/tcp/tcb/reset.ts', 'src/tcp/tcb/remains.ts'];

test('cwnd and ssthresh have one writer, which bounds them: src/tcp/congestion/cwnd.ts', () => {
  const writers = (name: string): string[] => {
    const assigned = new RegExp(`\\b${name}\\s*(?:=[^=>]|[-+*]=|\\+\\+|--)`);
    return files.filter(
      (file) => file.startsWith('src/tcp/') && !WHOLE_TCBS.includes(file) && assigned.test(codeOf(file)),
    );
  };
  // tcb.ts has the fields themselves, which begin there.
  expect(writers('cwnd')).toEqual(['src/tcp/congestion/cwnd.ts', 'src/tcp/tcb/tcb.ts']);
  // HyStart++ ends slow start at the cwnd that it answers (RFC 9406 section 4.2).
  expect(writers('cc\\.ssthresh')).toEqual(['src/tcp/congestion/cubic.ts', 'src/tcp/congestion/cwnd.ts']);
});

describe('what finds them', () => {
  const edge = (from: string, to: string): Import => ({ from, to, typeOnly: false, lazy: false });

  test('a circle is found, and what only leads to it is none of it', () => {
    expect(circles([edge('a', 'b'), edge('b', 'c'), edge('c', 'b'), edge('c', 'd')])).toEqual([['b', 'c']]);
  });

  test('a file past a door is told from the door and from a neighbour', () => {
    expect(usesDoor(edge('src/a/x.ts', 'src/b/y.ts'))).toBe(false);
    expect(usesDoor(edge('src/a/x.ts', 'src/b/index.ts'))).toBe(true);
    expect(usesDoor(edge('src/b/c/x.ts', 'src/b/y.ts'))).toBe(true);
  });

  test('imports of types are told from imports of values', () => {
    const code = [
      "import type { A } from './a.ts';",
      "import { type B } from '../b/index.ts';",
      "import {\n  type C,\n  c,\n} from './c.ts';",
      "export type * from './d.ts';",
      "export * from './e.ts';",
      "const f = await import('node:fs');",
      "export const text = 'from nowhere';",
    ].join('\n');
    expect(importsOf('src/x/y.ts', code).map(({ to, typeOnly }) => [to, typeOnly])).toEqual([
      ['src/x/a.ts', true],
      ['src/b/index.ts', true],
      ['src/x/c.ts', false],
      ['src/x/d.ts', true],
      ['src/x/e.ts', false],
      ['node:fs', false],
    ]);
  });
});
