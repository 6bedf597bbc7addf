import { describe, expect, test } from 'vitest';
import { scenarioNamed } from '../lab/index.ts';
import { parametersOf } from '../lab/text/index.ts';
import { ofOne } from '../lab/text/testing.ts';
import { examineHost, type Host, type HostFinding } from './examine.ts';
import { readSample } from './read/index.ts';
import { descriptorTexts, hostRules, socketRules } from './rules/index.ts';
import { findingText } from './texts.ts';

const APP = 'users:(("app",pid=7,fd=9)) ino:5';
const SERVER = 'LISTEN 0 128 0.0.0.0:8080 0.0.0.0:* users:(("app",pid=7,fd=3)) ino:4\n';

/** What was found in a text, or in two, a second apart: the ids with their severities. */
function idsOf(text: string, before?: string): string[] {
  return found(text, before).map(({ id, severity }) => `${severity} ${id}`);
}

function found(text: string, before?: string): readonly HostFinding[] {
  if (before === undefined) return examineHost(readSample(text)).findings;
  const earlier = readSample(`1764490000\n${before}`);
  return examineHost(readSample(`1764490001\n${text}`), earlier).findings;
}

/** A line of ss for each peer port, with its words after. */
function lines(count: number, line: (port: number) => string): string {
  return Array.from({ length: count }, (_, n) => `${line(40_000 + n)}\n`).join('');
}

const closeWait =
  (recvQ: number, lastack: number, more = APP) =>
  (port: number) =>
    `CLOSE-WAIT ${recvQ} 0 10.0.0.1:8080 10.0.0.2:${port} ${more}\n\t rto:204 cwnd:10 lastsnd:90000 lastrcv:90000 lastack:${lastack}`;

describe('CLOSE-WAIT: Recv-Q tells four mistakes apart', () => {
  test.each([
    [6, APP, 'cw-data-unread'],
    [1, APP, 'cw-end-unread'],
    [0, APP, 'cw-not-closed'],
    [1, 'ino:0', 'cw-not-accepted'],
  ])('Recv-Q %i, %s: %s', (recvQ, more, id) => {
    expect(idsOf(SERVER + lines(12, closeWait(recvQ, 90_000, more)))).toEqual([`fault ${id}`]);
  });

  test('the process, its port, three examples, and the command that shows them', () => {
    const [finding] = found(SERVER + lines(12, closeWait(0, 90_000)));
    expect(finding).toMatchObject({ count: 12, where: ':8080', process: { name: 'app', pid: 7 } });
    expect(finding?.examples.map(({ remotePort }) => remotePort)).toEqual([40_000, 40_001, 40_002]);
    expect(finding?.proof).toBe("ss -tnpie state close-wait '( sport = :8080 )'");
  });

  test('whoever was to accept is whose they are that no process has', () => {
    expect(found(SERVER + lines(3, closeWait(1, 90_000, 'ino:0')))[0]?.process).toMatchObject({ pid: 7 });
  });

  test('a FIN a moment ago is none; nor is a half-closed connection that still sends', () => {
    expect(idsOf(SERVER + lines(12, closeWait(0, 900)))).toEqual([]);
    expect(
      idsOf(lines(12, (port) => closeWait(0, 90_000)(port).replace('0 10.0.0.1', '500 10.0.0.1'))),
    ).toEqual([]);
    expect(
      idsOf(lines(12, (port) => closeWait(0, 9000)(port).replace('lastsnd:90000', 'lastsnd:20'))),
    ).toEqual([]);
  });

  test('few and young are a warning; growth makes it a fault, with its rate', () => {
    expect(idsOf(lines(3, closeWait(0, 5000)))).toEqual(['warning cw-not-closed']);
    const [finding] = found(lines(3, closeWait(0, 5000)), lines(1, closeWait(0, 4000)));
    expect(finding).toMatchObject({ severity: 'fault', perMinute: 120 });
    expect(idsOf(lines(2, closeWait(0, 5000)), lines(1, closeWait(0, 4000)))).toEqual([
      'warning cw-not-closed',
    ]);
  });

  test('what this host opened is named by the service, and apart from what it serves', () => {
    const pool = lines(
      11,
      (port) =>
        `CLOSE-WAIT 1 0 10.0.0.1:${port} 10.0.0.9:3306 ${APP}\n\t cwnd:1 lastsnd:9000 lastrcv:9000 lastack:9000`,
    );
    const wheres = found(SERVER + pool + lines(12, closeWait(1, 9000))).map(({ where }) => where);
    expect(wheres).toEqual([':8080', '10.0.0.9:3306']);
  });

  test('/proc/net/tcp has no ages: what is there twice stays', () => {
    const proc = '   0: 0100000A:1F90 0200000A:A93A 08 00000000:00000001 00:00000000 00000000 33 0 77 1 0\n';
    expect(idsOf(proc, proc)).toEqual(['warning cw-end-unread']);
    expect(idsOf(proc, 'TcpAttemptFails 0 0.0\n')).toEqual([]);
  });

  test('at the rate at which they grow the descriptors of the process are used up in so many minutes', () => {
    const host: Host = {
      ownersOf: () => new Map(),
      nearLimit: () => [],
      facts: (pid) => ({ pid, name: 'app', runtime: 'go', fds: 904, fdLimit: 1024 }),
    };
    const before = readSample(`1764490000\n${lines(10, closeWait(0, 5000))}`);
    const now = readSample(`1764490060\n${lines(12, closeWait(0, 9000))}`);
    expect(examineHost(now, before, host).findings[0]).toMatchObject({ perMinute: 2, minutesLeft: 60 });
  });
});

describe('listeners', () => {
  const listener = (recvQ: number, bound: number): string =>
    `LISTEN ${recvQ} ${bound} 0.0.0.0:8080 0.0.0.0:* users:(("nginx",pid=7,fd=3)) ino:4\n`;

  test('full is when more wait than the bound', () => {
    expect(idsOf(listener(3, 2))).toEqual(['fault accept-queue-full']);
    expect(idsOf(listener(2, 2))).toEqual([]);
    expect(found(listener(3, 2))[0]?.process).toMatchObject({ name: 'nginx', runtime: 'nginx' });
  });

  test('full for a moment, and nothing lost: a warning', () => {
    const lost = (count: number): string => `TcpExtListenOverflows ${count} 0.0\n`;
    expect(idsOf(listener(3, 2) + lost(4), listener(0, 2) + lost(4))).toEqual(['warning accept-queue-full']);
    expect(idsOf(listener(3, 2) + lost(4), listener(3, 2) + lost(4))).toEqual(['fault accept-queue-full']);
    expect(idsOf(listener(3, 2) + lost(5), listener(0, 2) + lost(4))).toEqual(['fault accept-queue-full']);
  });

  test('an overflow between two looks is told, though the queue is empty again', () => {
    const [before, after] = ['TcpExtListenOverflows 4 0.0\n', 'TcpExtListenOverflows 9 0.0\n'];
    expect(idsOf(listener(0, 2) + after, listener(0, 2) + before)).toEqual(['warning accept-queue-full']);
    expect(idsOf(listener(0, 2) + after, listener(0, 2) + after)).toEqual([]);
  });

  test('connections that wait for accept() for seconds, though there is room', () => {
    const waiting = lines(
      2,
      (port) =>
        `ESTAB 5 0 10.0.0.1:8080 10.0.0.2:${port} ino:0\n\t cwnd:1 lastsnd:8000 lastrcv:8000 lastack:8000`,
    );
    expect(idsOf(listener(2, 128) + waiting)).toEqual(['warning accept-stalled']);
    expect(idsOf(listener(2, 1) + waiting)).toEqual(['fault accept-queue-full']);
  });

  test('many half-open connections, or a few that were sent the SYN,ACK often', () => {
    const half = (count: number, again: number): string =>
      SERVER +
      lines(count, (port) => `SYN-RECV 0 0 10.0.0.1:8080 192.0.2.7:${port} timer:(on,1sec,${again}) ino:0`);
    expect(idsOf(half(200, 0))).toEqual(['fault syn-received']);
    expect(idsOf(half(4, 3))).toEqual(['warning syn-received']);
    expect(idsOf(half(20, 0))).toEqual([]);
  });
});

describe('open connections on which nothing moves', () => {
  const estab =
    (words: string, info: string, recvQ = 0, sendQ = 0) =>
    (port: number) =>
      `ESTAB ${recvQ} ${sendQ} 10.0.0.1:8080 10.0.0.2:${port} ${words} ${APP}\n\t cwnd:10 ${info}`;
  const old = 'lastsnd:70000 lastrcv:70000 lastack:70000';

  test('data that nobody reads', () => {
    const text = lines(1, estab('', `bytes_received:50 ${old}`, 50));
    expect(idsOf(text, text)).toEqual(['fault not-reading']);
    // It was read, and new data has come.
    expect(idsOf(text, lines(1, estab('', `bytes_received:10 ${old}`, 50)))).toEqual([]);
    expect(idsOf(lines(1, estab('', 'bytes_received:50 lastsnd:1 lastrcv:20 lastack:1', 50)))).toEqual([]);
  });

  test('a window of 0: the peer does not read', () => {
    const text = SERVER + lines(1, estab('timer:(persist,3sec,0)', `backoff:5 ${old}`, 0, 90_000));
    expect(idsOf(text)).toEqual(['fault peer-not-reading']);
    expect(found(text)[0]).toMatchObject({ where: '10.0.0.2' });
    expect(idsOf(text.replace('70000', '200').replace('backoff:5', ''))).toEqual([]);
  });

  test('timeouts in a row and nothing from that address: it has vanished; when it answers elsewhere, the path drops', () => {
    const gone = lines(2, estab('timer:(on,6sec,5)', `unacked:3 retrans:1/5 ${old}`, 0, 4000));
    expect(idsOf(gone)).toEqual(['fault peer-gone']);
    const lives = lines(
      1,
      () => `ESTAB 0 0 10.0.0.1:22 10.0.0.2:50000 ino:8\n\t cwnd:9 lastsnd:5 lastrcv:5 lastack:5`,
    );
    expect(idsOf(gone + lives)).toEqual(['fault path-drops']);
    expect(idsOf(gone.replaceAll(',5)', ',1)'))).toEqual([]);
  });

  test('a share of what was sent had to be sent again', () => {
    const text = (retrans: number, dups = 0): string =>
      lines(
        1,
        estab(
          '',
          `segs_out:900 bytes_sent:1000000 bytes_retrans:${retrans} retrans:0/60 dsack_dups:${dups} ${old}`,
        ),
      );
    expect(idsOf(text(60_000))).toEqual(['warning lossy-path']);
    expect(idsOf(text(9000))).toEqual([]);
    // The peer had most of it: reordering, no loss.
    expect(idsOf(text(60_000, 50))).toEqual([]);
  });

  test('limits of windows, of buffers, of queues, idle ones and small paths are notes', () => {
    const note = (info: string): string[] => idsOf(lines(20, estab('', info)));
    expect(note(`busy:8000ms rwnd_limited:6000ms(75%) ${old}`)).toEqual(['note receiver-limits']);
    expect(note(`busy:8000ms sndbuf_limited:6000ms(75%) ${old}`)).toEqual(['note send-buffer-limits']);
    expect(note(`rtt:400/9 unacked:40 minrtt:20 ${old}`)).toEqual(['note queueing']);
    expect(note('lastsnd:8000000 lastrcv:8000000 lastack:8000000')).toEqual(['note idle-no-keepalive']);
    expect(note(`pmtu:552 mss:500 ${old}`)).toEqual(['note small-mtu']);
  });
});

describe('connections that open and close', () => {
  test('SYNs without an answer; one that was lost is nobody’s fault', () => {
    const syn = (count: number, again: number): string =>
      lines(count, (port) => `SYN-SENT 0 1 10.0.0.1:${port} 10.0.0.9:443 timer:(on,1sec,${again}) ${APP}`);
    expect(idsOf(syn(1, 3))).toEqual(['fault syn-unanswered']);
    expect(found(syn(1, 3))[0]).toMatchObject({ where: '10.0.0.9:443', process: { pid: 7 } });
    expect(idsOf(syn(1, 1))).toEqual([]);
  });

  test('the ports of one destination run out, in whatever states', () => {
    const range = 'net.ipv4.ip_local_port_range = 40000 40019\n';
    const used = (count: number): string =>
      lines(count, (port) => `${port % 2 ? 'TIME-WAIT' : 'ESTAB'} 0 0 10.0.0.1:${port} 10.0.0.9:443`);
    expect(idsOf(range + used(20))).toEqual(['fault ports-exhausted']);
    expect(found(range + used(20))[0]?.shown[0]?.en).toBe('ESTABLISHED 10, TIME-WAIT 10');
    expect(idsOf(range + used(17))).toEqual(['warning ports-exhausted']);
    expect(idsOf(range + used(15))).toEqual([]);
    // Other destinations have ports of their own; what this host serves needs none.
    expect(
      idsOf(range + used(20).replace(/(.*\n){8}/, (some) => some.replaceAll('.9:443', '.8:443'))),
    ).toEqual([]);
    expect(
      idsOf(
        `LISTEN 0 1 *:40001 *:*\n${range}${lines(20, (port) => `ESTAB 0 0 10.0.0.1:40001 10.0.0.9:${port}`)}`,
      ),
    ).toEqual([]);
  });

  test('FIN-WAIT-1 before a window of 0, and FINs that nobody acknowledges', () => {
    const fin = (state: string, timer: string): string =>
      lines(2, (port) => `${state} 0 5000 10.0.0.1:8080 10.0.0.2:${port} timer:(${timer}) ino:0`);
    expect(idsOf(fin('FIN-WAIT-1', 'persist,3sec,1'))).toEqual(['warning fin-wait-1-window']);
    expect(idsOf(fin('FIN-WAIT-1', 'on,3sec,4'))).toEqual(['warning fin-unanswered']);
    expect(idsOf(fin('LAST-ACK', 'on,3sec,4'))).toEqual(['warning fin-unanswered']);
    expect(idsOf(fin('LAST-ACK', 'on,200ms,0'))).toEqual([]);
  });

  test('FIN-WAIT-2 that a program holds for a minute', () => {
    const held = (lastack: number): string =>
      lines(
        6,
        (port) =>
          `FIN-WAIT-2 0 0 10.0.0.1:${port} 10.0.0.2:80 ${APP}\n\t cwnd:1 lastsnd:90000 lastrcv:90000 lastack:${lastack}`,
      );
    expect(idsOf(held(90_000))).toEqual(['warning fin-wait-2-held']);
    expect(idsOf(held(900))).toEqual([]);
  });
});

describe('the whole host', () => {
  test('TIME-WAIT, orphans, memory and connection tracking at their bounds', () => {
    const sockstat = (words: string, setting: string): string => `TCP: inuse 1 ${words}\n${setting}\n`;
    expect(idsOf(sockstat('tw 95', 'net.ipv4.tcp_max_tw_buckets = 100'))).toEqual(['warning time-wait-full']);
    expect(idsOf(sockstat('orphan 30', 'net.ipv4.tcp_max_orphans = 100'))).toEqual(['warning orphans']);
    const tracked = (count: number): string =>
      `net.netfilter.nf_conntrack_count = ${count}\nnet.netfilter.nf_conntrack_max = 100\n`;
    expect([80, 95, 100].map((count) => idsOf(tracked(count)))).toEqual([
      [],
      ['warning conntrack-full'],
      ['fault conntrack-full'],
    ]);
    expect(idsOf(sockstat('mem 96', 'net.ipv4.tcp_mem = 50 80 100'))).toEqual(['fault tcp-memory']);
    expect(idsOf(sockstat('tw 5 orphan 2 mem 10', 'net.ipv4.tcp_mem = 50 80 100'))).toEqual([]);
  });

  test('refused and aborted connections, by what the counters grew', () => {
    const counters = (fails: number, aborts: number): string =>
      `TcpActiveOpens ${100 + fails} 0.0\nTcpPassiveOpens 50 0.0\nTcpAttemptFails ${fails} 0.0\nTcpExtTCPAbortOnClose ${aborts} 0.0\n`;
    expect(idsOf(counters(30, 0), counters(0, 0))).toEqual(['warning refused']);
    expect(idsOf(counters(0, 30), counters(0, 0))).toEqual(['warning closed-with-unread-data']);
    expect(idsOf(counters(30, 30), counters(30, 30))).toEqual([]);
  });

  test('a process whose descriptors are nearly all in use; the host tells which', () => {
    const facts = { pid: 7, name: 'app', runtime: null, fds: 1010, fdLimit: 1024 };
    const host: Host = { ownersOf: () => new Map(), facts: () => facts, nearLimit: () => [facts] };
    const [finding] = examineHost(readSample(SERVER), null, host).findings;
    expect(finding).toMatchObject({ id: 'fd-limit', severity: 'fault', count: 1010, process: { pid: 7 } });
    expect(finding && findingText(finding.texts.means, finding, 'en')).toContain(
      'app (pid 7) has 1010 descriptors in use, 99 %',
    );
  });

  test('a busy host with nothing wrong has no finding', () => {
    const busy = (age: number): string =>
      `${SERVER}TcpActiveOpens 9000 0.0\nTcpAttemptFails 5 0.0\nnet.ipv4.ip_local_port_range = 32768 60999\n` +
      lines(
        500,
        (port) =>
          `ESTAB 0 ${port % 3 ? 0 : 1448} 10.0.0.1:8080 10.0.0.2:${port} timer:(on,200ms,0) ${APP}\n\t cwnd:10 rtt:1.2/0.3 minrtt:0.9 unacked:1 bytes_sent:90000 segs_out:80 lastsnd:${age} lastrcv:${age} lastack:${age}`,
      ) +
      lines(3000, (port) => `TIME-WAIT 0 0 10.0.0.1:8080 10.0.0.3:${port} timer:(timewait,30sec,0)`) +
      lines(20, (port) => closeWait(0, 3)(port)) +
      lines(5, (port) => `LAST-ACK 0 1 10.0.0.1:8080 10.0.0.4:${port} timer:(on,200ms,0) ino:0`);
    expect(idsOf(busy(9), busy(7))).toEqual([]);
  });
});

test('the worst first; of many groups of one rule three before other rules, so that there is room for those', () => {
  const pools = [1, 2, 3, 4].map((n) =>
    lines(12, (port) => closeWait(0, 90_000)(port).replace('10.0.0.1:8080', `10.0.0.1:808${n}`)),
  );
  const full = 'LISTEN 3 2 0.0.0.0:9000 0.0.0.0:*\n';
  const few = lines(3, (port) => closeWait(1, 5000)(port).replace('10.0.0.1:8080', '10.0.0.1:443'));
  const data = lines(12, (port) => closeWait(6, 90_000)(port).replace('10.0.0.1:8080', '10.0.0.1:80'));
  expect(idsOf(few + pools.join('') + data + full)).toEqual([
    'fault accept-queue-full',
    'fault cw-data-unread',
    ...new Array(4).fill('fault cw-not-closed'),
    'warning cw-end-unread',
  ]);
  const other = lines(12, (port) => `SYN-SENT 0 1 10.0.0.1:${port} 10.0.0.9:443 timer:(on,1sec,3) ${APP}`);
  expect(idsOf(pools.join('') + other).slice(2)).toEqual([
    ...['fault cw-not-closed', 'fault syn-unanswered', 'fault cw-not-closed'],
  ]);
});

test('forty thousand sockets, twice: no step takes time that grows with their square', () => {
  // The same ports on many addresses; a listener for each; nobody accepts.
  const many = 40_000;
  const text: string[] = [];
  for (let n = 0; n < many; n++) {
    const address = `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`;
    if (n % 10 === 0) text.push(`LISTEN 0 ${n} ${address}:8080 0.0.0.0:*`);
    else
      text.push(
        `CLOSE-WAIT 1 0 ${address}:8080 10.0.0.2:40000 ino:0\n\t cwnd:1 lastsnd:9000 lastrcv:9000 lastack:9000`,
      );
  }
  const counters = (lost: number): string => `TcpExtListenOverflows ${lost} 0.0`;
  const before = [...text, counters(0)].join('\n');
  const now = [...text, counters(1)].join('\n');
  const used = process.cpuUsage();
  const { findings } = examineHost(readSample(now), readSample(before));
  const { user, system } = process.cpuUsage(used);
  expect(findings.map(({ id, count }) => [id, count])).toContainEqual(['cw-not-accepted', 36_000]);
  // It takes a part of a second; a comparison of each with each took minutes.
  expect((user + system) / 1e6).toBeLessThan(4);
});

describe('what is said', () => {
  const rules = [...socketRules, ...hostRules, descriptorTexts];

  test.each(rules.map((rule) => [rule.id, rule] as const))(
    '%s: both languages name the same, there is advice, and a run of the lab shows it',
    (_, { title, means, now, forGood, runtimes, scenario }) => {
      for (const text of [title, means, ...now, ...forGood, ...Object.values(runtimes)])
        expect(parametersOf(text.zh)).toEqual(parametersOf(text.en));
      expect([now.length > 0, forGood.length > 0]).toEqual([true, true]);
      expect(scenarioNamed(scenario?.id ?? '')).toBeDefined();
    },
  );

  test.each(rules.map((rule) => [rule.id, rule] as const))(
    '%s: of one thing it is said as of one',
    (_, { title, means, now, forGood, runtimes }) => {
      for (const text of [title, means, ...now, ...forGood, ...Object.values(runtimes)])
        expect(ofOne(text.en)).toEqual([]);
    },
  );

  test('what shows it, too: one timeout, one address, one descriptor', () => {
    const one = [
      'SYN-SENT 0 1 10.0.0.1:40001 10.0.0.9:443 timer:(on,1sec,1)',
      'FIN-WAIT-1 0 1 10.0.0.1:40002 10.0.0.8:443 timer:(on,1sec,1) ino:0',
    ];
    const many = [...lines(3, (port) => `SYN-SENT 0 1 10.0.0.1:${port} 10.0.0.9:443 timer:(on,1sec,1)`)];
    const texts = found([...one, many.join('')].join('\n')).flatMap(({ shown }) => shown.map(({ en }) => en));
    expect(texts).toContain('the SYN was sent again up to 1 time');
    expect(texts.flatMap(ofOne)).toEqual([]);
  });

  test('commands of the advice name the process and the peer', () => {
    const [finding] = found(lines(12, closeWait(6, 90_000, 'users:(("python3",pid=7,fd=9)) ino:5')));
    if (finding === undefined) throw new Error('nothing found');
    const { python } = finding.texts.runtimes;
    expect(finding.process?.runtime).toBe('python');
    expect(findingText(python ?? { en: '', zh: '' }, finding, 'en')).toContain('py-spy dump --pid 7:');
    // One connection of many of the same service: its own port tells it.
    const now = finding.texts.now.map((text) => findingText(text, finding, 'en')).join(' ');
    expect(now).toContain("ss -K '( dst 10.0.0.2 and dport = :40000 and sport = :8080 )'");
  });
});
