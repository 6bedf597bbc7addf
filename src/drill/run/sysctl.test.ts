// Shell lines: what they set, what they do not, and what nobody knows.

import { describe, expect, it } from 'vitest';
import { shellActions, sysctl } from './sysctl.ts';

describe('sysctl', () => {
  it.each([
    ['net.ipv4.tcp_timestamps', '0', { timestamps: false }],
    ['net.ipv4.tcp_syn_retries', '5', { synR2Ms: 67_000 }], // after the four linear ones
    ['net.ipv4.tcp_synack_retries', '1', { synAckR2Ms: 3000 }],
    ['net.ipv4.tcp_retries2', '15', { r2Ms: 924_600 }],
    ['net.ipv4.tcp_retries2', '3', { r2Ms: 3000 }],
    [
      'net.ipv4.tcp_rmem',
      '4096 540000 15728640',
      { receiveBuffer: 270_000, receiveBufferMax: 15_728_640, receiveBufferTuning: false },
    ],
    ['net.ipv4.tcp_congestion_control', 'reno', { congestion: 'newreno' }],
    ['net.ipv4.tcp_ecn', '1', { ecn: 'on' }],
    ['net.ipv4.tcp_mtu_probing', '1', { mtuProbing: 'blackhole' }],
    ['net.inet.tcp.pmtud_blackhole_detection', '0', { mtuProbing: 'off' }],
    ['net.inet.tcp.rfc1323', '0', { timestamps: false, windowScale: false }],
    ['net.inet.tcp.rfc1323', '3', { timestamps: true, windowScale: false }],
    ['net.inet.tcp.recvspace', '65536', { receiveBuffer: 65_536 }],
    ['net.inet.tcp.syncache.rexmtlimit', '3', { synAckR2Ms: 15_000 }],
  ])('%s = %s', (name, value, settings) => {
    expect(sysctl(name, value)).toEqual({ kind: 'set', settings, optional: false });
  });

  it('a value that is what the stack does needs nothing; another is unsupported', () => {
    expect(sysctl('net.ipv4.tcp_frto', '2')).toEqual({ kind: 'nothing' });
    expect(sysctl('net.ipv4.tcp_frto', '0').kind).toBe('unsupported');
  });

  it('a name that is not known, and a value that is no number, are unsupported', () => {
    expect(sysctl('net.ipv4.tcp_no_such_thing', '1').kind).toBe('unsupported');
    expect(sysctl('constructor', '1').kind).toBe('unsupported');
    expect(sysctl('net.ipv4.tcp_fin_timeout', 'x').kind).toBe('unsupported');
  });
});

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
    expect(
      shellActions('tc qdisc add dev tun0 root pfifo\nip tcp_metrics flush all').map((a) => a.kind),
    ).toEqual(['nothing', 'host']);
  });

  it('counting connections in a state', () => {
    expect(shellActions('sockstat -4 -P tcp -s | grep packetdril | grep -c FIN_WAIT_2 | grep 1')).toEqual([
      { kind: 'count', state: 'FIN-WAIT-2', count: 1 },
    ]);
  });

  it('sleep lets time pass; anything else is unsupported', () => {
    expect(shellActions('sleep 0.5')).toEqual([{ kind: 'sleep', us: 500_000 }]);
    expect(shellActions('reboot')).toEqual([{ kind: 'unsupported', reason: 'shell command: reboot' }]);
  });
});
