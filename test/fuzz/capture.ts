// Damaged captures: files that the lab makes, with octets changed, cut, repeated and swapped. Whatever comes of it, reading and
// judging them neither throws nor hangs.

import { analyseCapture, analysisJson, CaptureReader, traceOfConnection } from '../../src/capture/index.ts';
import { ethernet, pcapFile } from '../../src/capture/testing.ts';
import { pcapngOf, playScenario, type Scenario, scenarioNamed, svgLadder } from '../../src/lab/index.ts';
import type { Random } from '../../src/sim/index.ts';

const SCENARIOS = [
  'close4',
  'sack-recovery',
  'zerowin',
  'blind-rst',
  'stale-first',
  'tfo',
  'mtu-hole',
  'acceptq-ack',
];

/** Captures to be damaged: pcapng, and the same packets as pcap, raw and in Ethernet with a VLAN tag. */
export function seeds(): Uint8Array[] {
  return SCENARIOS.flatMap((id) => {
    const { trace } = playScenario(scenarioNamed(id) as Scenario);
    const file = pcapngOf(trace, { lang: 'en', at: 'wire' });
    const frames: { us: number; octets: Uint8Array }[] = [];
    const wrapped: typeof frames = [];
    const reader = new CaptureReader(({ data, off, length, seconds, nanos }) => {
      const us = (seconds % 1e6) * 1e6 + nanos / 1000;
      const octets = data.slice(off, off + length);
      frames.push({ us, octets });
      wrapped.push({ us, octets: ethernet(octets, [0x81, 0, 0, 5]) });
    });
    reader.push(file);
    reader.end();
    return [file, pcapFile(frames), pcapFile(wrapped, { little: false, nanos: true, linkType: 1 })];
  });
}

/** One of a file's damaged copies. */
export function damaged(file: Uint8Array, random: Random): Uint8Array {
  let octets = file.slice();
  const below = (n: number): number => random.int(n);
  const times = 1 + below(8);
  for (let n = 0; n < times; n++) {
    const at = below(octets.length);
    switch (below(6)) {
      case 0:
        octets[at] = below(256);
        break;
      case 1:
        octets[at] = (octets[at] ?? 0) ^ (1 << below(8));
        break;
      case 2:
        octets = octets.slice(0, at);
        break;
      case 3: {
        const length = below(64);
        octets = new Uint8Array([...octets.slice(0, at), ...octets.slice(at + length)]);
        break;
      }
      case 4: {
        const part = octets.slice(at, at + below(200));
        octets = new Uint8Array([...octets.slice(0, at), ...part, ...octets.slice(at)]);
        break;
      }
      default: {
        const value = [0, 1, 0x7fffffff, 0xffffffff, 0x80000000, 65_535][below(6)] ?? 0;
        if (at + 4 <= octets.length) new DataView(octets.buffer).setUint32(at, value, random.int(2) === 0);
      }
    }
    if (octets.length === 0) break;
  }
  return octets;
}

/** Reads, judges and draws a file, in every form. */
export function read(file: Uint8Array): void {
  const analysis = analyseCapture(file);
  JSON.stringify(analysisJson(analysis, 'en'));
  const [first] = analysis.kept.values();
  if (first !== undefined && first.segments.length < 200)
    svgLadder(traceOfConnection(first).trace, { lang: 'zh' });
}
