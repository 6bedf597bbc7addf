// Sysctls: what they set, what they do not, and what nobody knows.

import { describe, expect, it } from 'vitest';
import { sysctl } from './sysctl.ts';

describe('sysctl', () => {
  it.each([
    ['net.ipv4.tcp_timestamps', '0', { timestamps: false }],
    ['net.ipv4.tcp_syn_retries', '5', { synR2Ms: 67_000 }], // after the four linear ones
    ['net.ipv4.tcp_synack_retries', '1', { synAckR2Ms: 3000 }],
    ['net.ipv4.tcp_retries2', '15', { r2Ms: 924_600 }],
    ['net.ipv4.tcp_retries2', '3', { r2Ms: 3000 }],
    ['net.ipv4.tcp_orphan_retries', '0', { orphanR2Ms: 102_300 }], // as 8
    ['net.ipv4.tcp_orphan_retries', '2', { orphanR2Ms: 1500 }],
    ['net.ipv4.tcp_rmem', '4096 540000 15728640', { receiveBuffer: 270_000, receiveBufferMax: 15_728_640 }],
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

  it('what was a sysctl of older kernels brings what else they did', () => {
    expect(sysctl('net.inet.tcp.ecn.plusplus', '2')).toEqual({
      kind: 'steps',
      steps: { ecnPlusPlus: 2 },
      settings: { ecnPlusPlus: true, windowRoundedUp: false },
    });
    expect(sysctl('net.inet.tcp.ecn.enable', '3')).toMatchObject({
      settings: { ecn: 'accurate', windowRoundedUp: false },
    });
    expect(sysctl('net.inet.tcp.ecn.enable', '2')).toMatchObject({ settings: { ecn: 'accept' } });
    expect(sysctl('net.inet.tcp.ecn.enable', '5').kind).toBe('unsupported');
  });

  it('a value that is what the stack does needs nothing; another is unsupported', () => {
    expect(sysctl('net.ipv4.tcp_frto', '2')).toEqual({ kind: 'nothing' });
    expect(sysctl('net.ipv4.tcp_frto', '0').kind).toBe('unsupported');
  });

  it('a name that is not known is unsupported', () => {
    expect(sysctl('net.ipv4.tcp_no_such_thing', '1').kind).toBe('unsupported');
    expect(sysctl('constructor', '1').kind).toBe('unsupported');
  });

  it.each([
    ...['net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_sack', 'net.ipv4.tcp_recovery', 'net.ipv4.tcp_ecn'],
    ...['net.ipv4.tcp_rfc1337', 'net.ipv4.tcp_min_tso_segs', 'net.ipv4.tcp_early_retrans'],
    ...['net.ipv4.tcp_syncookies', 'net.ipv4.tcp_fastopen', 'net.ipv4.tcp_retries2'],
    ...['net.ipv4.tcp_mtu_probing', 'net.ipv4.tcp_ecn_option', 'net.inet.tcp.rfc1323'],
    ...['net.inet.tcp.udp_tunneling_port', 'net.inet.tcp.retries', 'net.inet.tcp.insecure_rst'],
  ])('%s wants a whole number', (name) => {
    for (const value of ['x', '', '1.5', '1e9', 'Infinity', '1 2'])
      expect(sysctl(name, value).kind, value).toBe('unsupported');
    expect(sysctl(name, '1').kind).not.toBe('unsupported');
  });

  it.each(['net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'])('%s wants three', (name) => {
    for (const value of ['', '1', '1 2', '1 2 x'])
      expect(sysctl(name, value).kind, value).toBe('unsupported');
  });

  it('FreeBSD has no more than 12 retransmissions, however many are asked for', () => {
    expect(sysctl('net.inet.tcp.retries', '4000000000')).toEqual(sysctl('net.inet.tcp.retries', '12'));
  });

  it('SYN cookies: one number on Linux, two switches on FreeBSD', () => {
    const settings = (name: string, value: string): unknown => {
      const action = sysctl(name, value);
      return action.kind === 'host' ? action.settings : action.kind;
    };
    expect(settings('net.ipv4.tcp_syncookies', '0')).toEqual({ synCookies: false, synCookiesOnly: false });
    expect(settings('net.ipv4.tcp_syncookies', '1')).toEqual({ synCookies: true, synCookiesOnly: false });
    expect(settings('net.ipv4.tcp_syncookies', '2')).toEqual({ synCookies: true, synCookiesOnly: true });
    expect(settings('net.inet.tcp.syncookies', '0')).toEqual({ synCookies: false });
    expect(settings('net.inet.tcp.syncookies_only', '0')).toEqual({ synCookiesOnly: false });
  });
});
