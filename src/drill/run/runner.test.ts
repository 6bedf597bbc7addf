// The referee: what passes, what fails and where, what is unsupported.

import { describe, expect, it } from 'vitest';
import { rfc9293 } from '../../tcp/index.ts';
import { parseScript } from '../parse/index.ts';
import {
  formatResult,
  freebsdProfile,
  linuxProfile,
  runScript,
  type ScriptOptions,
  type ScriptResult,
} from './index.ts';

function run(text: string, options: ScriptOptions = {}): Promise<ScriptResult> {
  return runScript(parseScript(text, { file: 't.pkt' }), options);
}

/** A connection, data both ways, its end: line by line. */
const GOOD = [
  ' 0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3',
  '+0 bind(3, ..., ...) = 0',
  '+0 listen(3, 1) = 0',
  '+0 < S 0:0(0) win 5840 <mss 1000,sackOK,TS val 7 ecr 0>',
  '+0 > S. 0:0(0) ack 1 win 65160 <mss 1460,sackOK,TS val 100 ecr 7>',
  '+.1 < . 1:1(0) ack 1 win 5840 <nop,nop,TS val 8 ecr 100>',
  '+0 accept(3, ..., ...) = 4',
  '+0 write(4, ..., 100) = 100',
  '+0 > P. 1:101(100) ack 1 win 65160 <nop,nop,TS val 200 ecr 8>',
  '+.3 > P. 1:101(100) ack 1 win 65160 <nop,nop,TS val 500 ecr 8>',
  '+.1 < . 1:1(0) ack 101 win 5840 <nop,nop,TS val 9 ecr 500>',
];

/** GOOD with line `n` (1-based) replaced, or removed when `line` is null. */
function changed(n: number, line: string | null, extra: readonly string[] = []): string {
  const lines = [...GOOD];
  if (line === null) lines.splice(n - 1, 1);
  else lines[n - 1] = line;
  return [...extra, ...lines].join('\n');
}

async function failure(text: string, options: ScriptOptions = {}): Promise<[number, string]> {
  const r = await run(text, options);
  return r.outcome === 'fail' ? [r.line, r.explanation] : [0, formatResult(r)];
}

async function unsupportedBy(text: string): Promise<[number, string]> {
  const r = await run(text);
  return r.outcome === 'unsupported' ? [r.line, r.reason] : [0, formatResult(r)];
}

it('a script that the stack fulfils passes, strictly too, in virtual time', async () => {
  const r = await run(GOOD.join('\n'), { strict: true });
  expect(r.outcome, formatResult(r)).toBe('pass');
  expect(r.endUs).toBe(500_000);
  expect(r.packets.map((p) => [p.atUs, p.line])).toEqual([
    [0, 4],
    [0, 5],
    [100_000, 6],
    [100_000, 9],
    [400_000, 10],
    [500_000, 11],
  ]);
});

describe('an outbound packet fails the script when it differs in', () => {
  const data = (text: string): string => changed(9, `+0 > ${text}`);
  const ts = '<nop,nop,TS val 200 ecr 8>';

  it.each([
    ['a flag', `. 1:101(100) ack 1 ${ts}`, /control bits/],
    ['the ECE bit', `PE. 1:101(100) ack 1 ${ts}`, /control bits/],
    ['the AE bit', `PA. 1:101(100) ack 1 ${ts}`, /control bits/],
    ['the sequence number', `P. 2:102(100) ack 1 ${ts}`, /sequence number/],
    ['the acknowledgment number', `P. 1:101(100) ack 2 ${ts}`, /acknowledgment number/],
    ['the window', `P. 1:101(100) ack 1 win 65534 ${ts}`, /window/],
    ['a shorter payload', `P. 1:100(99) ack 1 ${ts}`, /payload length/],
    ['options, one missing', 'P. 1:101(100) ack 1', /options/],
    ['options, their order', 'P. 1:101(100) ack 1 <TS val 200 ecr 8,nop,nop>', /options/],
    ['options, one more', `P. 1:101(100) ack 1 <nop,nop,TS val 200 ecr 8,nop,nop,sackOK>`, /options/],
    ['the ECN field', `[ect0] P. 1:101(100) ack 1 ${ts}`, /ECN/],
    ['the TTL', `[ttl 63] P. 1:101(100) ack 1 ${ts}`, /TTL/],
    ['its protocol', 'udp (100)', /UDP/],
  ])('%s', async (_what, text, why) => {
    const [line, explanation] = await failure(data(text));
    expect([line, explanation]).toEqual([9, expect.stringMatching(why)]);
  });

  it('urgent pointer', async () => {
    const text = changed(9, '+0 > PU. 1:101(100) ack 1 urg 99 <nop,nop,TS val 200 ecr 8>').replace(
      'write(4, ..., 100)',
      'send(4, ..., 100, MSG_OOB)',
    );
    expect(await failure(text)).toEqual([9, expect.stringMatching(/urgent pointer/)]);
  });

  it('an option’s value: MSS, SACK-permitted in its place, window scale', async () => {
    expect(await failure(changed(5, '+0 > S. 0:0(0) ack 1 <mss 1461,sackOK,TS val 100 ecr 7>'))).toEqual([
      5,
      expect.stringMatching(/options/),
    ]);
  });

  it('TS val, only when a tick is given; TS ecr, only when strict', async () => {
    const wrong = changed(9, '+0 > P. 1:101(100) ack 1 <nop,nop,TS val 210 ecr 9>');
    expect((await run(wrong)).outcome).toBe('pass');
    expect(await failure(wrong, { strict: true })).toEqual([9, expect.stringMatching(/options/)]);
    const val = changed(9, '+0 > P. 1:101(100) ack 1 <nop,nop,TS val 210 ecr 8>', [
      '--tcp_ts_tick_usecs=1000',
    ]);
    expect(await failure(val)).toEqual([10, expect.stringMatching(/options/)]);
  });

  it('its content: octets that are not zero', async () => {
    const text = GOOD.join('\n').replace('write(4, ..., 100)', 'write(4, "x", 100)');
    expect(await failure(text)).toEqual([9, expect.stringMatching(/zeros/)]);
  });
});

describe('times', () => {
  /** GOOD up to the retransmission, which is expected at `time`. */
  const again = (time: string): string =>
    [...GOOD.slice(0, 9), `${time} > P. 1:101(100) ack 1 <...>`].join('\n');

  it('a packet earlier or later than the tolerance fails, within it passes', async () => {
    const at = again;
    expect((await run(at('+.303'))).outcome).toBe('pass');
    expect((await run(at('+.330'))).outcome).toBe('pass'); // 12.5 % of the gap
    expect(await failure(at('+.350'))).toEqual([10, expect.stringMatching(/another time/)]);
    expect(await failure(at('+.250'))).toEqual([10, expect.stringMatching(/in time/)]);
  });

  it('--tolerance_usecs and --tolerance_percent set them', async () => {
    const late = `--tolerance_percent=1\n${again('+.330')}`;
    expect(await failure(late)).toEqual([11, expect.stringMatching(/another time/)]);
    const wide = `--tolerance_usecs=60000\n${again('+.250')}`;
    expect((await run(wide)).outcome).toBe('pass');
  });

  it('ranges, any time and absolute times', async () => {
    for (const time of ['+.2~+.31', '*', '.4', '.39~.5']) {
      const r = await run(again(time));
      expect(r.outcome, formatResult(r)).toBe('pass');
    }
    expect(await failure(again('+.4~+.5'))).toEqual([10, expect.stringMatching(/another time/)]);
  });

  it('a packet that never comes fails, and says so', async () => {
    const text = [...GOOD, '+.1 > . 101:101(0) ack 1 <...>'].join('\n');
    expect(await failure(text)).toEqual([12, 'the packet did not come']);
  });
});

describe('packets that no line expects', () => {
  it('before one that is expected: they are what is compared', async () => {
    const text = [...GOOD.slice(0, 8), ...GOOD.slice(9)].join('\n');
    expect(await failure(text)).toEqual([9, expect.stringMatching(/another time/)]);
  });

  it('at the end: only the strict referee minds', async () => {
    const text = GOOD.slice(0, 8).join('\n');
    expect((await run(text)).outcome).toBe('pass');
    expect(await failure(text, { strict: true })).toEqual([8, expect.stringMatching(/no line expects/)]);
  });
});

describe('segments', () => {
  const CUT = [
    ...GOOD.slice(0, 3),
    '+0 < S 0:0(0) win 5840 <mss 1000>',
    '+0 > S. 0:0(0) ack 1 <mss 1460>',
    '+.1 < . 1:1(0) ack 1 win 5840',
    GOOD[6],
    '+0 write(4, ..., 2500) = 2500',
  ];

  it('that follow each other may be one longer line; --strict_segments forbids it', async () => {
    const joined = [...CUT, '+0 > . 1:2001(2000) ack 1'];
    const r = await run([...CUT, '+0 > P. 1:2001(2000) ack 1'].join('\n'));
    expect(r.outcome, formatResult(r)).toBe('pass');
    expect(await failure(joined.join('\n'))).toEqual([9, expect.stringMatching(/control bits/)]);
    const strict = ['--strict_segments', ...CUT, '+0 > . 1:2001(2000) ack 1'].join('\n');
    expect(await failure(strict)).toEqual([10, expect.stringMatching(/payload length/)]);
  });

  it('cut elsewhere than the line says fail', async () => {
    expect(await failure([...CUT, '+0 > . 1:1501(1500) ack 1'].join('\n'))).toEqual([
      9,
      expect.stringMatching(/cut otherwise/),
    ]);
  });
});

describe('system calls', () => {
  const followedBy = (...lines: string[]): string => [...GOOD, ...lines].join('\n');

  it('another value, another errno, an error instead of success fail', async () => {
    for (const call of [
      'write(4, ..., 10) = 9',
      'read(9, ..., 10) = -1 EINVAL (Invalid argument)',
      'read(9, ..., 10) = 0',
      'getsockopt(4, SOL_TCP, TCP_MAXSEG, [1000], [4]) = 0',
      'ioctl(4, SIOCINQ, [1]) = 0',
      'poll([{fd=4, events=POLLIN|POLLOUT, revents=POLLIN}], 1, 0) = 1',
      'getsockopt(4, SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, [8]) = 0',
    ]) {
      expect((await failure(followedBy(`+0 ${call}`)))[0], call).toBe(12);
    }
    const r = await run(followedBy('+0 read(9, ..., 10) = -1 EBADF (Bad file descriptor)'));
    expect(r.outcome, formatResult(r)).toBe('pass');
  });

  it('a blocking call must return when it says', async () => {
    const data = '+.1 < P. 1:11(10) ack 101 win 5840 <nop,nop,TS val 10 ecr 500>';
    const read = (end: string, n = 10): string => followedBy(`+0...${end} read(4, ..., 100) = ${n}`, data);
    expect((await run(read('0.1'))).outcome).toBe('pass');
    expect(await failure(read('0.2'))).toEqual([12, expect.stringMatching(/another time/)]);
    expect(await failure(read('0.05'))).toEqual([12, expect.stringMatching(/did not return|another time/)]);
    expect(await failure(read('0.1', 11))).toEqual([12, expect.stringMatching(/something else/)]);
    expect(await failure(followedBy('+0...0.1 read(4, ..., 100) = 10'))).toEqual([
      12,
      'the call did not return',
    ]);
  });

  it('a call that blocks though the script does not say so lets time pass until it returns', async () => {
    const r = await run(
      followedBy('+0 poll([{fd=4, events=POLLIN, revents=0}], 1, 500) = 0', '+0 close(4) = 0'),
    );
    expect([r.outcome, r.endUs], formatResult(r)).toEqual(['pass', 1_000_000]);
  });

  it('descriptors of the script stand for live ones', async () => {
    const text = GOOD.join('\n').replaceAll('(3,', '(7,').replace('TCP) = 3', 'TCP) = 7');
    expect((await run(text.replaceAll('(4,', '(9,').replace('= 4', '= 9'))).outcome).toBe('pass');
  });

  it('--non_fatal=syscall notes a failure and goes on', async () => {
    const r = await run(`--non_fatal=syscall\n${followedBy('+0 write(4, ..., 10) = 9')}`);
    expect([r.outcome, r.notes]).toEqual(['pass', [expect.stringMatching(/line 13: .*write = 10/)]]);
  });
});

describe('mapping', () => {
  it('an inbound ecr must have been sent before', async () => {
    const text = changed(6, '+.1 < . 1:1(0) ack 1 win 5840 <nop,nop,TS val 8 ecr 101>');
    expect(await failure(text)).toEqual([6, expect.stringMatching(/earlier outbound/)]);
    const scaled = await run(`--tcp_ts_ecr_scaled\n${text}`);
    expect(scaled.outcome, formatResult(scaled)).toBe('pass');
  });

  it('numbers of a SYN are absolute, of everything else relative to it', async () => {
    const text = GOOD.join('\n')
      .replace('< S 0:0(0)', '< S 4000000000:4000000000(0)')
      .replace('> S. 0:0(0) ack 1 ', '> S. 77:77(0) ack 4000000001 ');
    const r = await run(text, { strict: true });
    expect(r.outcome, formatResult(r)).toBe('pass');
  });
});

describe('code', () => {
  it('sees TCP_INFO at its time, and keeps its variables', async () => {
    const ok = [
      ...GOOD,
      '+0 %{ a = tcpi_unacked }%',
      '+0 %{ assert a == 0 and tcpi_snd_mss == 988, tcpi_snd_mss }%',
    ];
    const r = await run(ok.join('\n'));
    expect(r.outcome, formatResult(r)).toBe('pass');
  });

  it('an assertion that does not hold fails with the values', async () => {
    const r = await run([...GOOD, '+0 %{ assert tcpi_unacked == 5 }%'].join('\n'));
    expect(r).toMatchObject({ outcome: 'fail', line: 12, actual: 'tcpi_unacked = 0' });
  });

  it('a field that the stack does not keep is unsupported, not 0', async () => {
    const text = [...GOOD, '+0 %{ assert tcpi_fackets == 0 }%'].join('\n');
    expect(await unsupportedBy(text)).toEqual([12, 'the variable tcpi_fackets']);
  });
});

describe('unsupported is told apart from pass and fail', () => {
  it.each([
    ['a system call', '+0 vmsplice(3, ..., 4, 0) = 10'],
    ['a socket option', '+0 setsockopt(4, SOL_TCP, TCP_REPAIR, [1], 4) = 0'],
    ['a symbol', '+0 setsockopt(4, SOL_TCP, TCP_NO_SUCH_THING, [1], 4) = 0'],
    ['a flag', '+0 sendto(4, ..., 10, MSG_TRUNC, ..., ...) = 10'],
    ['a shell command', '+0 `iptables -A INPUT -j DROP`'],
    ['a sysctl', '+0 `sysctl -q net.ipv4.tcp_frto=0`'],
    ['an encapsulation', '+0 < gre: . 1:1(0) ack 101 win 100'],
  ])('%s', async (_what, line) => {
    expect((await unsupportedBy([...GOOD, line].join('\n')))[0]).toBe(12);
  });

  it('an option of the script', async () => {
    expect(await unsupportedBy(`--is_anyip\n${GOOD.join('\n')}`)).toEqual([1, 'option --is_anyip']);
  });
});

/** A listener, a SYN, and a SYN,ACK with this window scale. */
function scaled(wscale: number, first = ''): string {
  const lines = GOOD.slice(0, 3);
  return [
    first,
    ...lines,
    '+0 < S 0:0(0) win 5840 <mss 1000,nop,wscale 7>',
    `+0 > S. 0:0(0) ack 1 win 65535 <mss 1460,nop,wscale ${wscale}>`,
  ].join('\n');
}

it('defaults that a comment names are the settings of the machine that the script was written on, and a note says so', async () => {
  const named = await run(scaled(8, '//`../common/defaults.sh`'), { profile: linuxProfile });
  expect([named.outcome, named.notes]).toEqual(['pass', [expect.stringContaining('in a comment')]]);
  expect((await run(scaled(8), { profile: linuxProfile })).outcome).toBe('fail');
});

describe('profiles', () => {
  const SYN = (options: string, window = 65_535): string =>
    [
      ' 0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3',
      '+0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0',
      '+0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)',
      `+0 > S 0:0(0) win ${window} <${options}>`,
    ].join('\n');
  const order = 'mss 1460,nop,wscale 6,sackOK,TS val 100 ecr 0';

  it('freebsd compares which options there are, and their values, not their order', async () => {
    const options = { profile: freebsdProfile };
    expect((await run(SYN(order), options)).outcome).toBe('pass');
    expect((await failure(SYN(order.replace('wscale 6', 'wscale 7')), options))[0]).toBe(4);
    expect((await failure(SYN(order.replace('sackOK', 'nop,nop')), options))[0]).toBe(4);
    expect((await failure(SYN(order, 64_240)))[0]).toBe(4); // linux
  });

  it('a command line gives options, the script’s own win', async () => {
    const text = SYN('mss 1440,sackOK,TS val 100 ecr 0,nop,wscale 7', 64_800);
    expect((await run(text, { args: { ip_version: 'ipv6' } })).outcome).toBe('pass');
    const own = `--ip_version=ipv4\n${text}`;
    expect((await failure(own, { args: { ip_version: 'ipv6' } }))[0]).toBe(5);
  });
});

it('a result for people names file, line, what was expected and what came, and the packets', async () => {
  const text = formatResult(await run(changed(9, '+0 > P. 1:101(100) ack 2 <...>')));
  expect(text.split('\n')).toEqual([
    't.pkt:9: fail: acknowledgment number differs (expected acknowledgment number 2, actual acknowledgment number 1)',
    '  expected: +0 > P. 1:101(100) ack 2 <...>',
    expect.stringMatching(
      /^ {2}actual: {3}0\.100000 > P\. 1:101\(100\) ack 1 win 65160 <nop,nop,TS val 200 ecr 8>$/,
    ),
    expect.stringMatching(/^ +0\.000000 < S 0:0\(0\) win 5840/),
    expect.stringMatching(/^ +0\.000000 > S\. 0:0\(0\) ack 1 win 65160 <mss 1460,sackOK,TS val 100 ecr 7>$/),
    expect.stringMatching(/^ +0\.100000 < \. 1:1\(0\) ack 1 win 5840/),
    expect.stringMatching(/^ +0\.100000 > P\. 1:101\(100\)/),
  ]);
});

it('a stack that throws fails the script at its line', async () => {
  const rules = {
    ...rfc9293,
    sendSyn: () => {
      throw new Error('a bug');
    },
  };
  const r = await run(GOOD.join('\n'), { rules });
  expect(r).toMatchObject({ outcome: 'fail', line: 4, actual: expect.stringMatching(/a bug/) });
});
