// A segment in one line of text, for logs, tests and the lab.

import {
  ACK,
  OPT_ACC_ECN,
  OPT_MSS,
  OPT_SACK,
  OPT_SACK_PERMITTED,
  OPT_TIMESTAMPS,
  OPT_UNKNOWN,
  OPT_WSCALE,
  type Segment,
  URG,
} from './segment.ts';

/** Names of the control bits from the lowest, in the order in which people say them: "SYN,ACK". */
const CONTROL = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'] as const;

/** "SYN,ACK"; "none" for no control bit. */
export function formatControl(ctl: number): string {
  const names = CONTROL.filter((_, bit) => (ctl & (1 << bit)) !== 0);
  return names.length === 0 ? 'none' : names.join(',');
}

/**
 * The control bits that a text names, as people write them: `SYN,ACK`, `SYN+ACK`, `SYN-ACK`, `SYNACK`, `[syn,ack]`; null
 * when it names none.
 */
export function parseControl(text: string): number | null {
  const letters = text.normalize('NFKC').toUpperCase();
  if (!/^[[({]?[A-Z]+(?:[+,\-_/|&、·.]?[A-Z]+)*[\])}]?$/.test(letters)) return null;
  // Every name has three letters.
  const names: readonly string[] = letters.replace(/[^A-Z]/g, '').match(/.{1,3}/g) ?? [];
  let ctl = 0;
  for (const name of names) {
    const bit = (CONTROL as readonly string[]).indexOf(name);
    if (bit < 0) return null;
    ctl |= 1 << bit;
  }
  return ctl;
}

/** "ECN e0b 1 ceb 0": the counters of an AccECN option in its order (RFC 9768 section 3.2.3), as packet scripts write them. */
function formatAccEcn({ ecnOrder, ecnFields, e0b, ceb, e1b }: Segment): string {
  const fields =
    ecnOrder === 0 ? [`e0b ${e0b}`, `ceb ${ceb}`, `e1b ${e1b}`] : [`e1b ${e1b}`, `ceb ${ceb}`, `e0b ${e0b}`];
  return ['ECN', ...fields.slice(0, ecnFields)].join(' ');
}

/** "mss 1460,sackOK,TS val 1 ecr 0,wscale 7"; SACK edges relative to `ackBase`; "" without options. */
export function formatOptions(seg: Segment, ackBase: number): string {
  const parts: string[] = [];
  if ((seg.opts & OPT_MSS) !== 0) parts.push(`mss ${seg.mss}`);
  if ((seg.opts & OPT_SACK_PERMITTED) !== 0) parts.push('sackOK');
  if ((seg.opts & OPT_TIMESTAMPS) !== 0) parts.push(`TS val ${seg.tsVal >>> 0} ecr ${seg.tsEcr >>> 0}`);
  if ((seg.opts & OPT_ACC_ECN) !== 0) parts.push(formatAccEcn(seg));
  if ((seg.opts & OPT_WSCALE) !== 0) parts.push(`wscale ${seg.wscale}`);
  if ((seg.opts & OPT_SACK) !== 0) {
    let blocks = 'sack';
    for (let i = 0; i < 2 * seg.sackCount; i += 2) {
      blocks += ` ${(seg.sack[i]! - ackBase) >>> 0}:${(seg.sack[i + 1]! - ackBase) >>> 0}`;
    }
    parts.push(blocks);
  }
  if ((seg.opts & OPT_UNKNOWN) !== 0) parts.push('unknown');
  return parts.join(',');
}

/**
 * One line: "SYN,ACK seq=0 ack=1 win=65535 len=0 <mss 1460,sackOK>". Numbers are printed relative to
 * `seqBase` (the sender's ISS) and `ackBase` (the receiver's, also for SACK blocks); 0 prints them as sent.
 * `ack` only with the ACK bit, `urg` only with the URG bit, `len` counts text alone.
 */
export function formatSegment(seg: Segment, seqBase = 0, ackBase = 0): string {
  let text = `${formatControl(seg.ctl)} seq=${(seg.seq - seqBase) >>> 0}`;
  if ((seg.ctl & ACK) !== 0) text += ` ack=${(seg.ack - ackBase) >>> 0}`;
  text += ` win=${seg.wnd} len=${seg.textLen}`;
  if ((seg.ctl & URG) !== 0) text += ` urg=${seg.up}`;
  const options = formatOptions(seg, ackBase);
  return options === '' ? text : `${text} <${options}>`;
}
