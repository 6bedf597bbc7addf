// Shell lines: what they ask for, what is a tool's, and what nobody knows.

import { describe, expect, it } from 'vitest';
import { shellActions } from './shell.ts';

describe('commands', () => {
  it('several assignments, lines and quotes', () => {
    const text = `sysctl -q net.ipv4.tcp_sack=0 net.ipv4.tcp_ecn=0
      sysctl -w net.inet.tcp.msl=500; ../common/set_sysctls.py /proc/sys/net/ipv4/tcp_fin_timeout="10"`;
    expect(shellActions(text).map((a) => (a.kind === 'set' ? a.settings : a.kind))).toEqual([
      { sack: false },
      { ecn: 'off' },
      { mslMs: 500 },
      { finWait2Ms: 10_000 },
    ]);
  });

  it('the defaults of the suite', () => {
    const actions = shellActions('../../common/defaults.sh');
    expect(new Set(actions.map((a) => a.kind))).toEqual(new Set(['set', 'steps', 'nothing', 'host']));
    expect(actions.filter((a) => a.kind === 'set').every((a) => a.optional)).toBe(true);
  });

  it('tools for machines that are not here do nothing; what is remembered of peers is forgotten', () => {
    expect(shellActions('tc qdisc del dev tun0 root\nip tcp_metrics flush all').map((a) => a.kind)).toEqual([
      'nothing',
      'host',
    ]);
  });

  it('the queue fq has its connections paced, another leaves that to them', () => {
    const pacing = (queue: string): unknown => shellActions(`tc qdisc replace dev tun0 root ${queue}`);
    const set = (value: string): unknown => [{ kind: 'set', settings: { pacing: value }, optional: false }];
    expect(pacing('fq')).toEqual(set('on'));
    expect(pacing('fq flow_limit 100')).toEqual(set('on'));
    expect(pacing('pfifo')).toEqual(set('auto'));
    expect(pacing('fq_codel')).toEqual(set('auto'));
  });

  it('counting connections in a state', () => {
    expect(shellActions('sockstat -4 -P tcp -s | grep packetdril | grep -c FIN_WAIT_2 | grep 1')).toEqual([
      { kind: 'count', state: 'FIN-WAIT-2', count: 1 },
    ]);
  });

  it('a || b is b where a is a setting that nobody has', () => {
    expect(
      shellActions('sysctl -q net.ipv4.tcp_none=1 &> /dev/null ||\\\n ip tcp_metrics flush all'),
    ).toEqual([{ kind: 'host', settings: { flushMetrics: true } }]);
    expect(shellActions('sysctl -q net.ipv4.tcp_sack=0 || reboot').map((a) => a.kind)).toEqual(['set']);
    expect(shellActions('sysctl -q net.ipv4.tcp_none=1 || reboot').map((a) => a.kind)).toEqual([
      'unsupported',
    ]);
  });

  it('sleep lets time pass; anything else is unsupported', () => {
    expect(shellActions('sleep 0.5')).toEqual([{ kind: 'sleep', us: 500_000 }]);
    expect(shellActions('reboot')).toEqual([{ kind: 'unsupported', reason: 'shell command: reboot' }]);
  });

  it('nstat, and a line of it; a line of the table of sockets', () => {
    const judged = 'nstat -s | grep TcpExtBeyondWindow | grep -q " 2 "';
    expect(shellActions(`nstat -n\n${judged}\nnstat > /dev/null\nnstat -s`)).toEqual([
      { kind: 'counters-from-now' },
      { kind: 'counters', patterns: ['TcpExtBeyondWindow', ' 2 '], keeps: true, command: judged },
      { kind: 'counters-from-now' },
      { kind: 'nothing' },
    ]);
    expect(shellActions('grep " 0A " /proc/net/tcp /proc/net/tcp6 | grep ":1F90"')).toEqual([
      { kind: 'sockets', patterns: [' 0A ', ':1F90'] },
    ]);
    expect(shellActions('nstat | grep "a.*b"\ngrep x /proc/net/udp').map((a) => a.kind)).toEqual([
      'unsupported',
      'unsupported',
    ]);
  });

  it('files of zeros, and the MTU', () => {
    expect(
      shellActions('rm -f /tmp/x; dd bs=10 count=5 if=/dev/zero of=/tmp/x; truncate -s 2K /tmp/y'),
    ).toEqual([
      { kind: 'file', path: '/tmp/x', size: null },
      { kind: 'file', path: '/tmp/x', size: 50 },
      { kind: 'file', path: '/tmp/y', size: 2048 },
    ]);
    expect(shellActions('dd if=/dev/urandom of=/tmp/x count=1')[0]?.kind).toBe('unsupported');
    expect(shellActions('ip link set dev tun0 mtu 9000')).toEqual([{ kind: 'mtu', mtu: 9000 }]);
  });

  it('setkey sets keys of TCP MD5, and nothing beside it is lost', () => {
    const text = `kldstat -q -m tcpmd5 || kldload tcpmd5; sysctl net.inet.tcp.msl=500
      echo 'add 192.0.2.9 192.0.2.1 tcp 0x1000 -A tcp-md5 "secret" ;
        add 192.0.2.1 192.0.2.9 tcp 0x1001 -A tcp-md5 "two words" ;' | setkey -c
      reboot; setkey -F`;
    expect(shellActions(text)).toEqual([
      { kind: 'nothing' },
      { kind: 'set', settings: { mslMs: 500 }, optional: false },
      {
        kind: 'host',
        settings: {
          md5Keys: [
            ['192.0.2.1', 'secret'],
            ['192.0.2.9', 'two words'],
          ],
        },
      },
      { kind: 'unsupported', reason: 'shell command: reboot' },
      { kind: 'host', settings: { md5Keys: null } },
    ]);
    expect(shellActions("echo 'nothing' | setkey -c")[0]?.kind).toBe('unsupported');
    expect(shellActions('setkey -c < keys')[0]?.kind).toBe('unsupported');
  });
});
