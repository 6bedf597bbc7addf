import { describe, expect, test } from 'vitest';
import { Random } from '../../sim/index.ts';
import type { HostSocket } from '../socket.ts';
import { readSample } from './index.ts';
import { timerMs } from './ss.ts';

/** The only socket of a text. */
function only(text: string): HostSocket {
  const { sockets, strange } = readSample(text);
  expect([sockets.length, strange]).toEqual([1, 0]);
  return sockets[0] as HostSocket;
}

const ENDS = { local: '10.0.0.1', localPort: 8080, remote: '10.0.0.2', remotePort: 43322 };
const OWNER = { name: 'gateway', pid: 30493, fd: 23 };

describe('ss, as versions of iproute2 print it', () => {
  test('6.x: ss -tanpiemoH, what -i tells on a line of its own', () => {
    const socket = only(
      'CLOSE-WAIT 6      0      10.0.0.1:8080 10.0.0.2:43322 users:(("gateway",pid=30493,fd=23)) timer:(keepalive,119min,0) uid:33 ino:7249182 sk:198a3f cgroup:/system.slice <->\n' +
        '\t skmem:(r0,rb131072,t0,tb2626560,f0,w0,o0,bl0,d0) ts sack cubic wscale:7,7 rto:204 rtt:0.118/0.059 ato:40 mss:1448 pmtu:1500 rcvmss:536 advmss:1448 cwnd:10 bytes_sent:7 bytes_retrans:1 bytes_acked:8 bytes_received:6 segs_out:3 segs_in:4 data_segs_in:1 send 982Mbps lastsnd:4512 lastrcv:4511 lastack:4408 pacing_rate 1.96Gbps delivered:1 busy:4ms rwnd_limited:2ms(50.0%) sndbuf_limited:1ms(25.0%) unacked:2 retrans:0/3 dsack_dups:2 reord_seen:1 rcv_space:14480 rcv_ssthresh:64088 notsent:12 minrtt:0.117 snd_wnd:64256\n',
    );
    expect(socket).toMatchObject({
      ...{ state: 'CLOSE-WAIT', ...ENDS, recvQ: 6, sendQ: 0, owners: [OWNER] },
      ...{
        timer: 'keepalive',
        timerMs: 119 * 60_000,
        retransmits: 0,
        uid: 33,
        inode: 7249182,
        hasInfo: true,
      },
      ...{ rto: 204, rtt: 0.118, minRtt: 0.117, mss: 1448, pmtu: 1500, cwnd: 10 },
      ...{ lastSnd: 4512, lastRcv: 4511, lastAck: 4408, unacked: 2, notSent: 12 },
      ...{ retransTotal: 3, dsackDups: 2, reordSeen: 1, segsOut: 3 },
      ...{ bytesSent: 7, bytesRetrans: 1, bytesAcked: 8, bytesReceived: 6 },
      ...{ busyMs: 4, rwndLimitedMs: 2, sndbufLimitedMs: 1 },
    });
  });

  test('5.x: with -O all on one line; padded columns; uid is left out for root', () => {
    const socket = only(
      'ESTAB  0       2896          10.0.0.1:8080          10.0.0.2:43322   users:(("gateway",pid=30493,fd=23)) timer:(persist,027ms,0) ino:77 sk:3 <-> skmem:(r0,rb131072,t0,tb87040,f0,w0,o0,bl0,d0) ts sack cubic wscale:7,7 rto:201 backoff:4 rtt:0.05/0.02 cwnd:10 lastsnd:9000 lastrcv:1 lastack:1\n',
    );
    expect(socket).toMatchObject({ ...ENDS, sendQ: 2896, timer: 'persist', timerMs: 27, uid: 0, inode: 77 });
    expect(socket).toMatchObject({ backoff: 4, lastSnd: 9000, lastRcv: 1 });
  });

  test('4.x: a heading, the continuation after a tab, trailing blanks', () => {
    const text =
      'State       Recv-Q Send-Q Local Address:Port               Peer Address:Port              \n' +
      'ESTAB       0      0      10.0.0.1:8080               10.0.0.2:43322               users:(("gateway",pid=30493,fd=23)) uid:33 ino:9 sk:a <->\n' +
      '\t cubic wscale:7,7 rto:204 rtt:3.4/1.7 ato:40 mss:1448 cwnd:10 bytes_acked:101 send 34.1Mbps lastsnd:1 lastrcv:2 lastack:3 \n';
    expect(only(text)).toMatchObject({
      ...ENDS,
      state: 'ESTABLISHED',
      rtt: 3.4,
      lastAck: 3,
      owners: [OWNER],
    });
  });

  test('3.x: processes without names of their numbers, IPv6 without brackets', () => {
    const socket = only(
      'ESTAB      0      0         ::ffff:10.0.0.1:8080       ::ffff:10.0.0.2:43322  users:(("gateway",30493,23)) ino:9 sk:ffff88003d1b8000\n',
    );
    expect(socket).toMatchObject({ ...ENDS, owners: [OWNER] });
    expect(only('ESTAB 0 0 ::1:22 ::1:5000\n')).toMatchObject({
      local: '::1',
      localPort: 22,
      remotePort: 5000,
    });
  });

  test('a listener: what waits, and the bound; * as the address of both families', () => {
    expect(
      only('LISTEN 3      2            0.0.0.0:8080      0.0.0.0:*    users:(("g",pid=3,fd=21))\n'),
    ).toMatchObject({
      state: 'LISTEN',
      local: '0.0.0.0',
      localPort: 8080,
      recvQ: 3,
      sendQ: 2,
      remotePort: 0,
    });
    expect(only('LISTEN 0 511 *:80 *:*\n')).toMatchObject({ local: '*', localPort: 80 });
    expect(only('LISTEN 0 128 [::]:22 [::]:*\n')).toMatchObject({ local: '::', localPort: 22 });
  });

  test('an interface that a socket is bound to is no part of its address; a zone is', () => {
    expect(only('LISTEN 0 5 127.0.0.53%lo:53 0.0.0.0:*\n').local).toBe('127.0.0.53');
    expect(only('ESTAB 0 0 [fe80::1%eth0]:22 [fe80::2%eth0]:900\n').local).toBe('fe80::1%eth0');
    expect(only('ESTAB 0 0 [fe80::1]%eth0:22 [fe80::2]%eth0:900\n').local).toBe('fe80::1%eth0');
  });

  test('without -n ports are names; those that are not known are not guessed', () => {
    expect(only('ESTAB 0 0 10.0.0.1:https 10.0.0.2:43322\n').localPort).toBe(443);
    expect(only('ESTAB 0 0 10.0.0.1:frobnicate 10.0.0.2:43322\n').localPort).toBe(-1);
  });

  test('with a Netid column TCP is read, and what is not TCP passed over', () => {
    const text =
      'Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port\n' +
      'udp   UNCONN 0      0      0.0.0.0:68         0.0.0.0:*\n' +
      'u_str ESTAB  0      0      * 21354            * 21355\n' +
      'tcp   ESTAB  0      0      10.0.0.1:8080      10.0.0.2:43322\n';
    expect(only(text)).toMatchObject(ENDS);
  });

  test('asked for one state, ss leaves the column out: the state is what the caller says', () => {
    const text =
      'Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n1 0 10.0.0.1:8080 10.0.0.2:43322\n';
    expect(readSample(text).sockets).toEqual([]);
    expect(readSample(text, 'CLOSE-WAIT').sockets).toMatchObject([
      { ...ENDS, state: 'CLOSE-WAIT', recvQ: 1 },
    ]);
    const more = '1 0 10.0.0.1:8080 10.0.0.2:43322 users:(("gateway",pid=30493,fd=23)) uid:5\n';
    expect(readSample(more, 'CLOSE-WAIT').sockets).toMatchObject([{ owners: [OWNER], uid: 5 }]);
  });

  test('several processes, and names with signs in them', () => {
    const users = 'users:(("a (b),c",pid=1,fd=2),("nginx",pid=12,fd=6))';
    expect(only(`ESTAB 0 0 10.0.0.1:80 10.0.0.2:9 ${users} ino:5\n`).owners).toEqual([
      { name: 'a (b),c', pid: 1, fd: 2 },
      { name: 'nginx', pid: 12, fd: 6 },
    ]);
  });

  test('TIME-WAIT and SYN-RECEIVED have no program', () => {
    expect(only('TIME-WAIT 0 0 10.0.0.1:80 10.0.0.2:9 timer:(timewait,59sec,0)\n')).toMatchObject({
      ...{ inode: 0, timer: 'timewait', timerMs: 59_000 },
    });
  });

  test.each([
    ['900ms', 900],
    ['027ms', 27],
    ['1.848ms', 1848],
    ['11sec', 11_000],
    ['1min58sec', 118_000],
    ['119min', 7_140_000],
    ['1min2.500ms', 62_500],
    ['x', -1],
  ])('a timer of %s has %i milliseconds left', (text, ms) => {
    expect(timerMs(text)).toBe(ms);
  });
});

describe('/proc/net/tcp', () => {
  test('IPv4 and IPv6, the queues, the timer in hundredths of a second, the timeouts in a row', () => {
    const text =
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n' +
      '   0: 0100000A:1F90 0200000A:A93A 08 00000000:00000006 02:000AFC1B 00000000    33        0 7249182 1 ffff8 20 4 30 10 -1\n' +
      '   1: 0000000000000000FFFF00000100000A:1F90 0000000000000000FFFF00000200000A:A93A 01 0000000A:00000000 01:00000019 00000003     0        0 12 1 0\n' +
      '   2: 00000000000000000000000001000000:0016 00000000000000000000000000000000:0000 0A 00000000:00000002 00:00000000 00000000     0        0 13 1 0\n';
    const { sockets, source, strange } = readSample(text);
    expect([source, strange]).toEqual(['/proc/net/tcp', 0]);
    expect(sockets).toMatchObject([
      {
        ...ENDS,
        state: 'CLOSE-WAIT',
        recvQ: 6,
        timer: 'keepalive',
        timerMs: 7_198_990,
        uid: 33,
        inode: 7249182,
      },
      { ...ENDS, state: 'ESTABLISHED', sendQ: 10, timer: 'on', timerMs: 250, retransmits: 3 },
      { local: '::1', localPort: 22, state: 'LISTEN', recvQ: 2, sendQ: -1 },
    ]);
  });
});

describe('counters and settings', () => {
  const wanted = [
    ['TcpExtListenOverflows', 8],
    ['TcpAttemptFails', 2],
  ];
  test('nstat and the pairs of lines of /proc/net/netstat have the same names', () => {
    const nstat = readSample(
      '#kernel\nTcpAttemptFails                 2                  0.0\nTcpExtListenOverflows  8  0.0\n',
    );
    const proc = readSample(
      'Tcp: RtoAlgorithm MaxConn AttemptFails\nTcp: 1 -1 2\nTcpExt: SyncookiesSent ListenOverflows\nTcpExt: 0 8\n',
    );
    for (const { counters, strange } of [nstat, proc]) {
      expect(strange).toBe(0);
      for (const [name, value] of wanted) expect(counters.get(name as string)).toBe(value);
    }
  });

  test('sysctl, /proc/net/sockstat and date +%s, in any order with sockets', () => {
    const text =
      '1764490000\nnet.ipv4.ip_local_port_range = 32768\t60999\nESTAB 0 0 10.0.0.1:80 10.0.0.2:9\n' +
      'sockets: used 120\nTCP: inuse 5 orphan 3 tw 2 alloc 7 mem 1\nUDP: inuse 1 mem 0\nnet.ipv4.tcp_mem = 1 2 3\n';
    const sample = readSample(text);
    expect(sample).toMatchObject({ source: 'ss', atMs: 1_764_490_000_000, strange: 0 });
    expect(sample.settings.get('net.ipv4.ip_local_port_range')).toEqual([32768, 60999]);
    expect(sample.settings.get('net.ipv4.tcp_mem')).toEqual([1, 2, 3]);
    expect(sample.counters.get('sockstat.orphan')).toBe(3);
    expect(sample.sockets).toHaveLength(1);
  });

  test('a setting that could not be read is none', () => {
    expect(readSample('net.ipv4.tcp_mem = \n').settings.size).toBe(0);
  });
});

test('whatever the text, it is read: damaged lines are counted, none throws', () => {
  const seed =
    'ESTAB 0 0 [fe80::1]%eth0:22 10.0.0.2:9 users:(("a",pid=1,fd=2)) timer:(on,1.2ms,3) ino:5\n\t rto:204 rtt:1/2 retrans:1/5\n' +
    '   0: 0100000A:1F90 0200000A:A93A 08 00000000:00000006 02:000AFC1B 00000000    33        0 7249182 1\nTcp: A B\nTcp: 1 2\n';
  const random = new Random(7);
  for (let n = 0; n < 300; n++) {
    const octets = [...seed];
    for (let k = 0; k < 6; k++) {
      const at = random.int(octets.length);
      if (k % 2 === 0) octets[at] = String.fromCharCode(random.int(256));
      else octets.splice(at, random.int(20));
    }
    for (const socket of readSample(octets.join('')).sockets) {
      expect(Number.isNaN(socket.recvQ + socket.sendQ + socket.rtt + socket.timerMs)).toBe(false);
      expect(socket.localPort).toBeLessThanOrEqual(65_535);
    }
  }
});
