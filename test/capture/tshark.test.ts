// tshark agrees: frame numbers, streams, lengths and control bits of every capture that the lab makes, and of packets in
// every wrapping that is understood.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { CaptureReader, Follower } from '../../src/capture/index.ts';
import { ethernet, octets, packet, pcapFile } from '../../src/capture/testing.ts';
import { pcapngOf, playScenario, scenarios } from '../../src/lab/index.ts';
import { titled } from '../support/namespace.ts';
import { hasTshark } from '../support/tshark.ts';

const why = (await hasTshark()) ? '' : 'there is no tshark on this machine';
const dir = mkdtempSync(join(tmpdir(), 'synfin-tshark-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** Frame, stream, octets of text, control bits: a line for each segment. */
function byTshark(file: Uint8Array): string[] {
  const path = join(dir, 'a.pcap');
  writeFileSync(path, file);
  const fields = ['frame.number', 'tcp.stream', 'tcp.len', 'tcp.flags'].flatMap((name) => ['-e', name]);
  const args = ['-n', '-r', path, '-Y', 'tcp && !icmp', '-T', 'fields', '-E', 'occurrence=l', ...fields];
  const text = execFileSync('tshark', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return text.split('\n').filter((line) => line !== '');
}

function byUs(file: Uint8Array): string[] {
  const lines: string[] = [];
  const follower = new Follower({ onConnection: () => {} });
  const reader = new CaptureReader((frame) => {
    const connection = follower.frame(frame);
    const seen = connection?.segments.at(-1);
    if (connection === null || seen === undefined) return;
    const flags = (seen.ctl | (seen.reserved << 8)).toString(16).padStart(4, '0');
    lines.push([frame.number, connection.number, seen.length, `0x${flags}`].join('\t'));
  });
  reader.push(file);
  reader.end();
  follower.end();
  expect(reader.problems).toEqual([]);
  return lines;
}

/** A SYN in the window is a new stream for tshark; it is none while its answer says that the old connection lives. */
const DOUBTFUL = ['blind-rst', 'tw-kill', 'fixed-isn', 'fixed-isn-no-tw', 'no-tw'];

describe.skipIf(why !== '')(titled('tshark agrees', why), () => {
  test.each(scenarios.filter(({ id }) => !DOUBTFUL.includes(id)))('$id', (scenario) => {
    const { trace } = playScenario(scenario);
    const file = pcapngOf(trace, { lang: 'en', at: 'left' });
    expect(byUs(file)).toEqual(byTshark(file));
  });

  const syn = packet({ way: '10.0.0.1:40000 > 10.0.0.2:80', flags: 'SYN', seq: 7, mss: 1460 });
  const text = packet({ way: '10.0.0.1:40000 > 10.0.0.2:80', flags: 'PSH,ACK', seq: 8, ack: 1, text: 700 });
  const eth = ethernet(syn);
  const udp = (port: number, inside: Uint8Array): Uint8Array => {
    const header = packet({ way: '192.0.2.1:1 > 192.0.2.2:2', flags: 'ACK' }).slice(0, 20);
    const dv = new DataView(header.buffer);
    dv.setUint16(2, 28 + inside.length);
    dv.setUint16(6, 0);
    dv.setUint8(9, 17);
    return octets(
      header,
      [0x13, 0x88, port >> 8, port & 255, (8 + inside.length) >> 8, (8 + inside.length) & 255, 0, 0],
      inside,
    );
  };
  test.each<[string, number, Uint8Array]>([
    ['Ethernet', 1, eth],
    ['VLAN', 1, ethernet(syn, [0x81, 0, 0, 5])],
    ['QinQ', 1, ethernet(syn, [0x88, 0xa8, 0, 5, 0x81, 0, 0, 6])],
    ['PPPoE', 1, octets(eth.slice(0, 12), [0x88, 0x64, 0x11, 0, 0, 1, 0, 46], [0, 0x21], syn)],
    ['cooked', 113, octets([0, 0, 0, 1, 0, 6], new Uint8Array(8), [8, 0], syn)],
    ['cooked, version 2', 276, octets([8, 0], new Uint8Array(8), [0, 1, 0, 6], new Uint8Array(6), syn)],
    ['loopback', 0, octets([2, 0, 0, 0], syn)],
    ['raw IP', 101, syn],
    ['VXLAN', 101, udp(4789, octets([8, 0, 0, 0, 0, 0, 1, 0], eth))],
    ['Geneve', 101, udp(6081, octets([0, 0, 0x65, 0x58, 0, 0, 1, 0], eth))],
  ])('%s', (_, linkType, data) => {
    const file = pcapFile([{ octets: data }], { linkType });
    const ours = byUs(file);
    expect(ours).toHaveLength(1);
    expect(ours).toEqual(byTshark(file));
  });

  test('a snap length', () => {
    const file = pcapFile([{ octets: syn }, { us: 10, octets: text.slice(0, 64), wire: text.length }], {
      snapLen: 64,
    });
    expect(byUs(file)).toEqual(byTshark(file));
  });
});
