import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { claims, type Trace, textWidth } from '../lab/index.ts';
import { askCommand } from './ask.ts';
import { checkCommand } from './check.ts';
import { claimsCommand } from './claims.ts';
import { connect } from './connect.ts';
import { doctorCommand } from './doctor.ts';
import { drillCommand } from './drill.ts';
import { execCommand } from './exec/index.ts';
import { gatewayCommand } from './gateway/index.ts';
import { interviewCommand } from './interview.ts';
import { labCommand } from './lab.ts';
import { main } from './program.ts';
import { proveCommand } from './prove.ts';
import { registerCommand } from './register.ts';
import { runCommand } from './run.ts';
import { runbookCommand } from './runbook.ts';
import { serve } from './serve.ts';
import { simCommand } from './sim/index.ts';
import { whyCommand } from './why.ts';

async function synfin(args: string, env: Record<string, string> = {}) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const out = text(stdout);
  const err = text(stderr);
  const code = await main(args === '' ? [] : args.split(' '), { stdin, stdout, stderr, env });
  stdout.end();
  stderr.end();
  return { code, stdout: await out, stderr: await err };
}

describe('wrong arguments are one line on standard error, and exit code 2', () => {
  test.each([
    [
      'frob',
      'synfin: there is no command "frob": run, ask, claims, why, check, read, doctor, runbook, interview, lab, serve, connect, exec, register, sim or drill (synfin --help)',
    ],
    [
      'constructor',
      'synfin: there is no command "constructor": run, ask, claims, why, check, read, doctor, runbook, interview, lab, serve, connect, exec, register, sim or drill (synfin --help)',
    ],
    ['--frob', 'synfin: synfin has no option --frob (see synfin --help)'],
    ['run --frob', 'synfin: synfin run has no option --frob (see synfin run --help)'],
    ['run -x', 'synfin: synfin run has no option -x (see synfin run --help)'],
    ['run --msl', 'synfin: --msl needs a value'],
    ['run --msl --json', 'synfin: --msl needs a value'],
    ['run --msl 0', 'synfin: --msl must be a whole number from 1 to 120000, not "0"'],
    ['run --msl 1e3', 'synfin: --msl must be a whole number from 1 to 120000, not "1e3"'],
    ['run --delay 401', 'synfin: --delay must be a whole number from 5 to 400, not "401"'],
    ['run --close never', 'synfin: --close must be one of active, passive, simultaneous, not "never"'],
    ['run --peer windows', 'synfin: --peer must be one of kernel, synfin, not "windows"'],
    ['run --json=yes', 'synfin: --json takes no value'],
    ['run hs twice', 'synfin: too many arguments: twice'],
    ['run ack3-lsot', 'synfin: no scenario "ack3-lsot"; did you mean ack3-lost?'],
    ['run chocolate', 'synfin: no scenario "chocolate" (synfin run --list)'],
    ['run --drop SYN#1', 'synfin: --drop is for a scenario: synfin run SCENARIO --drop (synfin run --list)'],
    ['run hs --close active', 'synfin: --close is for a run without a scenario'],
    ['run hs --peer windows', 'synfin: --peer must be one of kernel, synfin, not "windows"'],
    ['run hs --peer kernel --seed 1', 'synfin: --peer kernel and --seed cannot be given together'],
    ['run hs --json --tui', 'synfin: --json and --tui cannot be given together'],
    ['run hs --tui', 'synfin: --tui needs a terminal; use --plain for files and logs'],
    ['run hs --seed x', 'synfin: --seed must be a whole number from 0 to 4294967295, not "x"'],
    ['why', 'synfin: why what? For example: synfin why three (synfin why --list)'],
    ['why chocolate', 'synfin: no question "chocolate" (synfin why --list)'],
    ['why tree', 'synfin: no question "tree"; did you mean three?'],
    ['why three --json --tui', 'synfin: --json and --tui cannot be given together'],
    ['why three --states 0', 'synfin: --states must be a whole number from 1 to 100000000, not "0"'],
    ['check --quick --full', 'synfin: --quick and --full cannot be given together'],
    ['check --jobs 0', 'synfin: --jobs must be a whole number from 1 to 64, not "0"'],
    ['check everything', 'synfin: too many arguments: everything'],
    ['ask', 'synfin: ask what? For example: synfin ask "third ACK lost"'],
    ['claims x', `synfin: the number of a claim must be a whole number from 1 to ${claims.length}, not "x"`],
    [
      'claims 910',
      `synfin: the number of a claim must be a whole number from 1 to ${claims.length}, not "910"`,
    ],
    ['sim', 'synfin: sim needs a file with a scenario (synfin sim --help)'],
    ['sim nowhere.ts', 'synfin: there is no file "nowhere.ts"'],
    [
      'sim package.json --seeds 9..1',
      'synfin: --seeds must be a number or a range such as 1..1000, not "9..1"',
    ],
    ['sim package.json --shard 3/2', 'synfin: --shard must be one of how many, such as 2/4, not "3/2"'],
    ['sim package.json --jobs 0', 'synfin: --jobs must be a whole number from 1 to 256, not "0"'],
    ['lab ack3-lsot', 'synfin: no scenario "ack3-lsot"; did you mean ack3-lost?'],
    ['lab --port 65536', 'synfin: --port must be a whole number from 0 to 65535, not "65536"'],
    ['lab --seed 1', 'synfin: --seed is for a scenario: synfin lab SCENARIO --seed'],
    ['drill', 'synfin: drill needs a script or a directory of scripts (*.pkt)'],
    ['drill /nonexistent.pkt', 'synfin: there is no script "/nonexistent.pkt"'],
    ['drill src/tcp', 'synfin: there is no script "src/tcp"'],
    ['drill x.pkt --target bsd', 'synfin: --target must be one of synfin, tun, kernel, not "bsd"'],
    ['drill x.pkt --profile bsd', 'synfin: --profile must be one of linux, freebsd, rfc, not "bsd"'],
    ['drill x.pkt --define 1=2', "synfin: --define: '1' cannot be the name of a definition"],
    ['drill x.pkt --tolerance-usecs -1', 'synfin: --tolerance-usecs needs a value'],
    ['run --lang fr', 'synfin: --lang must be one of en, zh, not "fr"'],
    ['run --lang', 'synfin: --lang needs a value'],
    [
      '--lang=zh run --close never',
      'synfin: --close 必须是 active, passive, simultaneous 之一，而不是 "never"',
    ],
  ])('synfin %s', async (args, line) => {
    expect(await synfin(args)).toEqual({ code: 2, stdout: '', stderr: `${line}\n` });
  });

  test.each([
    ['run hs --drop nothing', /^synfin: --drop: "drop nothing": no selector "nothing"/],
    ['run hs --delay-segment SYN#1', /^synfin: --delay-segment: .*delay needs a time/],
    ['run hs --edit nonsense', /^synfin: --edit: "nonsense": expected a rule/],
  ])('synfin %s: the change that cannot be understood, and why', async (args, line) => {
    const { code, stdout, stderr } = await synfin(args);
    expect([code, stdout, stderr.split('\n').length]).toEqual([2, '', 2]);
    expect(stderr).toMatch(line);
  });

  test('no command at all: the help, on standard error', async () => {
    const { code, stdout, stderr } = await synfin('');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^synfin COMMAND/);
  });
});

describe('help and version', () => {
  const help = (name: string, lang: string) => synfin(`${name} --help --lang ${lang}`.trim());

  test.each([
    ['run', runCommand],
    ['serve', serve],
    ['connect', connect],
    ['drill', drillCommand],
    ['ask', askCommand],
    ['claims', claimsCommand],
    ['lab', labCommand],
    ['why', whyCommand],
    ['check', checkCommand],
    ['prove', proveCommand],
    ['runbook', runbookCommand],
    ['doctor', doctorCommand],
    ['interview', interviewCommand],
    ['exec', execCommand],
    ['register', registerCommand],
    ['gateway', gatewayCommand],
    ['sim', simCommand],
  ] as const)(
    'synfin %s --help names every option that is parsed, in both languages',
    async (name, command) => {
      for (const lang of ['en', 'zh']) {
        const { code, stdout, stderr } = await help(name, lang);
        expect([code, stderr]).toEqual([0, '']);
        for (const option of Object.keys(command.options)) {
          expect(stdout).toMatch(new RegExp(`--(\\[no-\\])?${option}\\b`));
        }
      }
    },
  );

  test.each(['en', 'zh'])(
    'synfin run --help (%s) names nothing else, and has the defaults and exit codes',
    async (lang) => {
      const { stdout } = await help('run', lang);
      const named = [...stdout.matchAll(/^ {2}--(?:\[no-\])?([a-z-]+)/gm)].map(
        ([, option]) => option as string,
      );
      expect(named.sort()).toEqual([...Object.keys(runCommand.options), 'help', 'lang'].sort());
      for (const fact of ['250', '40', 'active', '120000', '130', '141', '143'])
        expect(stdout).toContain(fact);
    },
  );

  test.each([
    '',
    'run',
    'drill',
    'ask',
    'claims',
    'prove',
    'lab',
    'exec',
    'register',
    'sim',
    'doctor',
    'gateway',
  ])('the help of "synfin %s" fits 80 columns in both languages', async (name) => {
    for (const lang of ['en', 'zh']) {
      for (const line of (await help(name, lang)).stdout.split('\n'))
        expect(textWidth(line)).toBeLessThanOrEqual(80);
    }
  });

  test('synfin --help names the commands and its own options', async () => {
    for (const lang of ['en', 'zh']) {
      const { code, stdout } = await help('', lang);
      expect(code).toBe(0);
      const commands = [
        'run',
        'serve',
        'connect',
        'drill',
        'ask',
        'claims',
        'lab',
        'exec',
        'register',
        'sim',
      ];
      for (const word of [...commands, '--lang', '--help', '--version']) expect(stdout).toContain(word);
    }
  });

  test('the language comes from --lang, else from the locale', async () => {
    const chinese = /选项/;
    expect((await synfin('--help', { LANG: 'zh_CN.UTF-8' })).stdout).toMatch(chinese);
    expect((await synfin('--help --lang en', { LANG: 'zh_CN.UTF-8' })).stdout).not.toMatch(chinese);
    expect((await synfin('--help', { LANG: 'en_GB.UTF-8' })).stdout).not.toMatch(chinese);
  });

  test("--version is the package's", async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(await synfin('--version')).toEqual({ code: 0, stdout: `synfin ${version}\n`, stderr: '' });
  });
});

describe('synfin run --peer synfin', () => {
  const opening = 'CLOSED,SYN-SENT,ESTABLISHED';
  test.each([
    ['active', `${opening},FIN-WAIT-1,FIN-WAIT-2,TIME-WAIT,CLOSED`, 'CLOSE-WAIT,LAST-ACK,CLOSED'],
    ['passive', `${opening},CLOSE-WAIT,LAST-ACK,CLOSED`, 'FIN-WAIT-1,FIN-WAIT-2,TIME-WAIT,CLOSED'],
    ['simultaneous', `${opening},FIN-WAIT-1,CLOSING,TIME-WAIT,CLOSED`, 'FIN-WAIT-1,CLOSING,TIME-WAIT,CLOSED'],
  ])(
    '--close %s: both ends pass the states of RFC 9293, and all text arrives',
    async (close, left, right) => {
      const { code, stdout, stderr } = await synfin(`run --peer synfin --close ${close} --json`);
      expect([code, stderr]).toEqual([0, '']);
      const { summary, ...trace } = JSON.parse(stdout) as Trace & { summary: Record<string, unknown> };
      expect(summary).toMatchObject({
        ok: true,
        failures: [],
        states: { left: left.split(','), right: `LISTEN,SYN-RECEIVED,ESTABLISHED,${right}`.split(',') },
        retransmissions: 0,
      });
      expect(trace).toMatchObject({ format: 'synfin-trace', version: 2 });
    },
  );

  test('runs are the same every time, to the byte', async () => {
    expect(await synfin('run --peer synfin --absolute')).toEqual(
      await synfin('run --peer synfin --absolute'),
    );
  });

  test('the drawing: the lines of the close, in ASCII', async () => {
    const { stdout } = await synfin('run --peer synfin --ascii');
    expect(stdout.split('\n').slice(-25, -7)).toEqual([
      '  0.320      close()>|                                            |',
      '          FIN-WAIT-1 O-- FIN,ACK seq=31 ack=33 ---------------.   | ESTABLISHED',
      "  0.360   FIN-WAIT-1 |                                        '-->O CLOSE-WAIT",
      '                     |                            end of stream   |>read(): 0',
      '  0.400   FIN-WAIT-1 |                        delayed-ACK timer   | CLOSE-WAIT',
      '          FIN-WAIT-1 |   .------------------- ACK seq=33 ack=32 --| CLOSE-WAIT',
      "  0.440   FIN-WAIT-2 O<--'                                        | CLOSE-WAIT",
      '  0.520              |                                            |<close()',
      '          FIN-WAIT-2 |   .--------------- FIN,ACK seq=33 ack=32 --O LAST-ACK',
      "  0.560    TIME-WAIT O<--'                                        | LAST-ACK",
      '           TIME-WAIT | . 2 MSL = 0.5 s                            | LAST-ACK',
      '           TIME-WAIT |-+- ACK seq=32 ack=34 ------------------.   | LAST-ACK',
      '           read(): 0<| |  end of stream                       |   |',
      "  0.600    TIME-WAIT | |                                      '-->O CLOSED",
      '                     : |             ... 0.46 s ...               :',
      "  1.060       CLOSED O ' 2 MSL over                               | CLOSED",
      '',
      '+ synfin: CLOSED -> SYN-SENT -> ESTABLISHED -> FIN-WAIT-1 -> FIN-WAIT-2 ->',
    ]);
  });

  test('it says that MSL is shortened, by which option, and how long it is elsewhere', async () => {
    const { stdout } = await synfin('run --peer synfin --msl 250');
    expect(stdout).toContain('MSL shortened to 0.25 s by --msl (RFC 9293: 2 min; Linux waits 60 s).');
    expect(stdout).toContain('2 MSL = 0.5 s');
    expect((await synfin('run --peer synfin --msl 120000')).stdout).toContain('MSL is 120 s (--msl;');
  });

  test('--delay is the time from one end to the other', async () => {
    const { stdout } = await synfin('run --peer synfin --delay 100 --json');
    const { events } = JSON.parse(stdout) as Trace;
    const sent = events.find((event) => event.kind === 'sent');
    const arrived = events.find((event) => event.kind === 'arrived');
    expect((arrived?.t ?? 0) - (sent?.t ?? 0)).toBe(100_000);
  });

  test('--pcap records every packet of our interface, with the states as comments', async () => {
    const file = join(tmpdir(), `synfin-run-${process.pid}.pcapng`);
    try {
      const { stdout, code } = await synfin(`run --peer synfin --pcap ${file}`);
      expect(code).toBe(0);
      expect(stdout).toContain('11 packets in ');
      const bytes = readFileSync(file, 'latin1');
      expect(bytes.startsWith('\x0a\x0d\x0d\x0a')).toBe(true);
      expect(bytes).toContain(
        'synfin ESTABLISHED, synfin-2 SYN-RECEIVED\nsynfin-2: LISTEN -> SYN-RECEIVED (listen-syn, RFC 9293 3.10.7.2)',
      );
      expect(bytes).toContain('synfin: FIN-WAIT-2 -> TIME-WAIT (fin-wait-2-fin, RFC 9293 3.10.7.4 eighth)');
    } finally {
      rmSync(file, { force: true });
    }
  });

  test('a capture that cannot be written is one line, and exit code 1', async () => {
    const { code, stderr } = await synfin('run --peer synfin --pcap /nonexistent/x.pcapng');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^synfin: ENOENT: .*\/nonexistent\/x\.pcapng'\n$/);
  });

  test('no line of the ladder is wider than 80 columns, in both languages', async () => {
    for (const lang of ['en', 'zh']) {
      for (const close of ['active', 'passive', 'simultaneous']) {
        const { stdout } = await synfin(`run --peer synfin --lang ${lang} --close ${close} --absolute`);
        for (const line of stdout.split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(80);
      }
    }
  });
});
