// A loop that says how fast a machine runs JavaScript of the kind that a stack is made of: 32-bit words of a buffer read and
// summed, blocks copied, a table probed. It uses nothing of the stack: what the stack does per turn of this loop changes
// with the stack, and hardly with the machine.

import { cpuUs } from './pair.ts';

const OCTETS = 65_536;
const TURNS = 20_000;

/** One turn: a buffer is summed, copied, and its words are looked for in a table. */
function turn(view: DataView, bytes: Uint8Array, table: Int32Array): number {
  let sum = 0;
  for (let at = 0; at < OCTETS; at += 4) sum = (sum + view.getInt32(at)) | 0;
  bytes.copyWithin(OCTETS, 0, OCTETS);
  const mask = table.length - 1;
  for (let i = 0; i < 4096; i++) {
    let at = Math.imul(sum ^ i, 0x9e3779b1) & mask;
    while (table[at] !== 0 && table[at] !== i) at = (at + 1) & mask;
    table[at] = i;
  }
  return sum;
}

/** Turns of the loop per second of processor time. */
export function calibrate(): number {
  const bytes = new Uint8Array(2 * OCTETS).map((_, i) => Math.imul(i, 0x9e3779b1) >>> 24);
  const view = new DataView(bytes.buffer);
  const table = new Int32Array(16_384);
  let sum = 0;
  const run = (): void => {
    for (let i = 0; i < TURNS; i++) sum = (sum + turn(view, bytes, table.fill(0))) | 0;
  };
  run();
  const us = cpuUs(run);
  if (sum === 1) throw new Error('never: the loop has a result, so that nothing of it is left out');
  return (TURNS / us) * 1e6;
}
