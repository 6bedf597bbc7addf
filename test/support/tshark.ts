// What Wireshark's dissectors think of a capture: malformed packets, bad checksums, and the findings of its
// TCP analysis.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** How often something was found in a capture. */
export interface Findings {
  readonly packets: number;
  readonly malformed: number;
  readonly badChecksums: number;
  /** Frames by the name of the analysis flag: `retransmission`, `zero_window`… */
  readonly flags: Readonly<Record<string, number>>;
}

/** Whether tshark is here. */
export async function hasTshark(): Promise<boolean> {
  return run('tshark', ['-v']).then(
    () => true,
    () => false,
  );
}

const FLAGS = [
  'ack_lost_segment',
  'duplicate_ack',
  'fast_retransmission',
  'keep_alive',
  'lost_segment',
  'out_of_order',
  'retransmission',
  'reused_ports',
  'spurious_retransmission',
  'window_full',
  'window_update',
  'zero_window',
  'zero_window_probe',
];

/** Reads a capture with every checksum verified. */
export async function analyse(file: string): Promise<Findings> {
  const fields = [
    '_ws.malformed',
    'ip.checksum.status',
    'tcp.checksum.status',
    ...FLAGS.map((name) => `tcp.analysis.${name}`),
  ];
  const { stdout } = await run(
    'tshark',
    [
      ...['-r', file, '-o', 'tcp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE'],
      ...['-T', 'fields', '-E', 'separator=|', '-E', 'occurrence=a'],
      ...fields.flatMap((field) => ['-e', field]),
    ],
    { maxBuffer: 2 ** 28 },
  );
  const lines = stdout.split('\n').filter((line) => line !== '');
  let malformed = 0;
  let badChecksums = 0;
  const flags: Record<string, number> = {};
  for (const line of lines) {
    const [bad = '', ip = '', tcp = '', ...found] = line.split('|');
    if (bad !== '') malformed++;
    if (ip.includes('0') || tcp.includes('0')) badChecksums++; // 0 is bad, 1 good, 2 not verified
    found.forEach((value, i) => {
      const name = FLAGS[i] as string;
      if (value !== '') flags[name] = (flags[name] ?? 0) + 1;
    });
  }
  return { packets: lines.length, malformed, badChecksums, flags };
}
