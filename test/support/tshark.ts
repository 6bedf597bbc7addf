// What Wireshark's dissectors think of a capture of `--pcap`: malformed packets, bad checksums, and the
// findings of its TCP analysis, of our segments and of the kernel's.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Frames by the name of the analysis flag: `retransmission`, `zero_window`… */
export type Flags = Readonly<Record<string, number>>;

/** What was found in a capture. */
export interface Findings {
  readonly packets: number;
  /** Number and summary of such packets. */
  readonly malformed: readonly string[];
  readonly badChecksums: readonly string[];
  /** What the host sent. */
  readonly ours: Flags;
  /** What the kernel sent. */
  readonly kernels: Flags;
  /** Comments of the TCP segments, in order. */
  readonly comments: readonly string[];
}

/** Whether tshark is here. */
export async function hasTshark(): Promise<boolean> {
  return run('tshark', ['-v']).then(
    () => true,
    () => false,
  );
}

/** A kernel that falls behind, or that we let wait, says so with these: nothing is wrong. */
const FLOW_CONTROL = ['window_full', 'window_update', 'zero_window'];

const FLAGS = [
  ...FLOW_CONTROL,
  'ack_lost_segment',
  'duplicate_ack',
  'fast_retransmission',
  'keep_alive',
  'lost_segment',
  'out_of_order',
  'retransmission',
  'reused_ports',
  'spurious_retransmission',
  'zero_window_probe',
];

/** Flags without those of flow control. */
export function troubles(flags: Flags): Flags {
  return Object.fromEntries(Object.entries(flags).filter(([name]) => !FLOW_CONTROL.includes(name)));
}

/** Reads a capture with every checksum verified. */
export async function analyse(file: string): Promise<Findings> {
  const fields = [
    'frame.number',
    '_ws.col.info',
    'frame.packet_flags_direction',
    'frame.comment',
    'tcp.stream',
    '_ws.malformed',
    'ip.checksum.status',
    'tcp.checksum.status',
    'tcp.checksum',
    ...FLAGS.map((name) => `tcp.analysis.${name}`),
  ];
  const { stdout } = await run(
    'tshark',
    [
      ...['-r', file, '-o', 'tcp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE'],
      // The text is random: no dissector above TCP may try to understand it, and find it malformed.
      ...['-d', 'tcp.port==1-65535,data'],
      ...['-T', 'fields', '-E', 'separator=/t', '-E', 'occurrence=a'],
      ...fields.flatMap((field) => ['-e', field]),
    ],
    { maxBuffer: 2 ** 28 },
  );
  const lines = stdout.split('\n').filter((line) => line !== '');
  const malformed: string[] = [];
  const badChecksums: string[] = [];
  const comments: string[] = [];
  const ours: Record<string, number> = {};
  const kernels: Record<string, number> = {};
  for (const line of lines) {
    const [number, info, direction, comment, stream, bad, ip, tcp, checksum, ...found] = line.split('\t');
    const fromKernel = direction === '0x00000001';
    if (stream !== '') comments.push(comment ?? '');
    if (bad !== '') malformed.push(`${number} ${info}`);
    // 0 is bad, 1 good, 2 not verified. Linux writes 0xffff where RFC 1624 has 0, as it must for UDP.
    const mangled = fromKernel && checksum === '0xffff';
    if (ip?.includes('0') || (tcp?.includes('0') && !mangled)) badChecksums.push(`${number} ${info}`);
    const flags = fromKernel ? kernels : ours;
    found.forEach((value, i) => {
      const name = FLAGS[i] as string;
      if (value !== '') flags[name] = (flags[name] ?? 0) + 1;
    });
  }
  return { packets: lines.length, malformed, badChecksums, ours, kernels, comments };
}

/**
 * What a capture may show: nothing malformed, no bad checksum, nothing of ours sent twice. When a busy
 * machine does not let us run for some milliseconds the kernel sends a tail loss probe, and we answer it
 * with a duplicate ACK: a few of these are nobody's fault.
 */
export function faults(found: Findings): unknown {
  const { malformed, badChecksums } = found;
  const probes = (found.kernels['retransmission'] ?? 0) + (found.kernels['spurious_retransmission'] ?? 0);
  const { duplicate_ack = 0, ...ours } = troubles(found.ours);
  const { retransmission: _r, spurious_retransmission: _s, ...kernels } = troubles(found.kernels);
  return {
    malformed,
    badChecksums,
    ours,
    kernels,
    probes: probes < MOST_PROBES ? 0 : probes,
    unprovoked: Math.max(0, duplicate_ack - probes),
  };
}

const MOST_PROBES = 20;

/** What {@link faults} answers for a sound capture. */
export const SOUND = { malformed: [], badChecksums: [], ours: {}, kernels: {}, probes: 0, unprovoked: 0 };
