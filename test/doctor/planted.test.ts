// The doctor on the kernel's own sockets: programs with mistakes in a namespace of their own, all at once, each found with its
// process; and a busy host without one.

import { execFileSync, spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { canUseNamespaces } from '../../src/link/tun/index.ts';

interface Found {
  readonly id: string;
  readonly severity: string;
  readonly count: number;
  readonly where: string;
  readonly process: { readonly name: string; readonly pid: number; readonly runtime: string | null } | null;
  readonly examples: readonly { readonly owners: readonly { readonly fd: number }[] }[];
}

const here = new URL('.', import.meta.url).pathname;
const doctor = `${process.execPath} ${here}../../bin/synfin.js doctor --json --interval 1`;
const nginx = process.env['SYNFIN_NGINX'] ?? 'nginx';
const namespaces = (await canUseNamespaces()).ok && process.getuid?.() === 0;

function has(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

/** Starts programs in one new namespace, waits until they are ready, and asks the doctor there. */
function examined(programs: readonly string[], seconds: number): readonly Found[] {
  const script = [
    'set -e; ip link set lo up; place=$(mktemp -d)',
    'trap \'kill $held; exec 9>&-; wait; rm -rf "$place"\' EXIT',
    // Their standard input ends with this shell, and they with it.
    'mkfifo "$place/in"; sleep 100 > "$place/in" & held=$!; exec 9<> "$place/in"',
    ...programs.map((program, n) => `${program} < "$place/in" > "$place/${n}" 2>&1 9>&- &`),
    ...programs.map(
      (_, n) =>
        `for i in $(seq 300); do grep -q ready "$place/${n}" && break; sleep 0.1; done; grep -q ready "$place/${n}" || { cat "$place/${n}" >&2; exit 9; }`,
    ),
    `sleep ${seconds}`,
    `${doctor} || true`,
  ].join('\n');
  const text = execFileSync('unshare', ['-n', 'bash', '-c', script], { encoding: 'utf8', timeout: 55_000 });
  return (JSON.parse(text) as { findings: Found[] }).findings;
}

const runs = namespaces && has('python3') && has('ss');
if (!runs) console.info('no namespaces, python3 or ss here: nothing is planted');

test.runIf(runs)('planted mistakes of Python and Node programs are found, each with its process', () => {
  // SYNFIN_CLOSE_WAIT=15000 makes 30,000 of them.
  const count = Number(process.env['SYNFIN_CLOSE_WAIT'] ?? 20);
  const findings = examined(
    [
      `python3 ${here}plant.py unread=${count} end_unread=${count} not_closed=12 not_reading=2 zero_window=2 backlog=4 dead_peer=3`,
      `${process.execPath} ${here}leak.mjs 8110 15`,
    ],
    4,
  );
  const python = { name: expect.stringMatching(/^python/), runtime: 'python' };
  const node = { runtime: 'node' };
  const of = (id: string, where: string): Found | undefined =>
    findings.find((finding) => finding.id === id && finding.where === where);
  expect(of('cw-data-unread', ':8101')).toMatchObject({ severity: 'fault', count, process: python });
  expect(of('cw-end-unread', ':8102')).toMatchObject({ severity: 'fault', count, process: python });
  expect(of('cw-not-closed', ':8103')).toMatchObject({ severity: 'fault', count: 12, process: python });
  expect(of('cw-not-closed', ':8110')).toMatchObject({ severity: 'fault', count: 15, process: node });
  expect(of('not-reading', ':8104')).toMatchObject({ count: 2, process: python });
  expect(of('peer-not-reading', '127.0.0.1')).toMatchObject({ count: 2, process: python });
  expect(of('accept-queue-full', ':8106')).toMatchObject({ severity: 'fault', process: python });
  expect(of('syn-unanswered', '127.0.0.1:8106')).toMatchObject({ count: 4, process: python });
  expect(of('peer-gone', '10.9.0.2')).toMatchObject({ severity: 'fault', count: 3, process: python });
  for (const { examples } of findings.filter(({ process }) => process !== null))
    for (const { owners } of examples) expect(owners[0]?.fd).toBeGreaterThan(2);
});

const runsNginx = runs && has(nginx);
if (!runsNginx)
  console.info('no nginx here (SYNFIN_NGINX names one): its full accept queue is not looked at');

test.runIf(runsNginx)('nginx with a backlog of 1 whose worker stands still', () => {
  const findings = examined([`bash ${here}nginx.sh ${nginx}`], 2);
  expect(findings.find(({ id }) => id === 'accept-queue-full')).toMatchObject({
    ...{ severity: 'fault', where: ':8090', process: { name: 'nginx', runtime: 'nginx' } },
  });
});

/** What not every machine has, or what takes seconds to start or to be compiled: SYNFIN_RUNTIMES=yes asks for it. */
const asked = process.env['SYNFIN_RUNTIMES'] === 'yes';

test.runIf(runs && asked && has('haproxy'))(
  'HAProxy at its maxconn, and before a server that does not answer',
  () => {
    const findings = examined([`bash ${here}haproxy.sh haproxy`], 4);
    const process = { name: 'haproxy', runtime: 'haproxy' };
    expect(findings.find(({ where }) => where === ':8091')).toMatchObject({
      id: 'accept-queue-full',
      process,
    });
    expect(findings.find(({ where }) => where === '10.9.9.9:80')).toMatchObject({
      ...{ id: 'syn-unanswered', process },
    });
  },
);

interface Planted {
  readonly name: string;
  readonly runtime: string;
  readonly needs: string;
  readonly program: string;
  /** The first of its five ports. */
  readonly port: number;
}

const compiled: readonly Planted[] = [
  {
    ...{ name: 'a Go program', runtime: 'go', needs: 'go', port: 8121 },
    program: `sh -c 'place=$(mktemp -d) && go build -o $place/plant ${here}plant.go && exec 3< $place/plant && rm -r $place && exec /proc/self/fd/3 "$@"' sh`,
  },
  {
    ...{ name: 'a Java program', runtime: 'java', needs: 'javac', port: 8131 },
    program: `java ${here}Plant.java`,
  },
];

for (const { name, runtime, needs, program, port } of compiled) {
  const can = runs && asked && has(needs);
  test.runIf(can)(
    `${name} with mistakes, and the same one when it heeds the advice`,
    { timeout: 120_000 },
    () => {
      const findings = examined([`${program} 12`], 4);
      const found = findings.map(({ id, where, process }) => [id, where, process?.runtime]);
      expect(found).toContainEqual(['cw-not-closed', `:${port}`, runtime]);
      expect(found).toContainEqual(['cw-end-unread', `:${port + 1}`, runtime]);
      expect(found).toContainEqual(['cw-data-unread', `:${port + 2}`, runtime]);
      expect(found).toContainEqual(['cw-data-unread', `127.0.0.1:${port + 3}`, runtime]);
      expect(found).toContainEqual(['accept-queue-full', `:${port + 4}`, runtime]);
      expect(examined([`${program} 12 mended`], 2)).toEqual([]);
    },
  );
}

test.runIf(runs)('the ports of a destination are used up', () => {
  const findings = examined([`python3 ${here}plant.py ports=20`], 0);
  expect(findings.map(({ id, where, count }) => [id, where, count])).toEqual([
    ['ports-exhausted', '127.0.0.7:8107', 20],
  ]);
});

test.runIf(runs)('a busy host: nothing is wrong', () => {
  expect(examined([`${process.execPath} ${here}busy.mjs 6`], 1)).toEqual([]);
});
