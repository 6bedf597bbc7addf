// What a middlebox does to segments on their way: takes an option off, by overwriting it with No-Operation
// (RFC 9293 section 3.2), and mends the checksum (RFC 1624).

import type { DirectionName, PacketInfo, WireRule } from '../../sim/index.ts';
import { SYN, TCP_CHECKSUM_OFFSET, updateChecksum } from '../../wire/index.ts';

/** An option that a middlebox can take off. */
export type StripOption = 'wscale' | 'sack' | 'timestamps' | 'mss';

/** Kinds of options (RFC 9293 section 3.2, RFC 7323, RFC 2018). */
const KINDS: Readonly<Record<StripOption, number>> = { mss: 2, wscale: 3, sack: 4, timestamps: 8 };
const END = 0;
const NOP = 1;
const HEADER = 20;

/** The rule of a wire that takes an option off every SYN. */
export function stripRule(option: StripOption, text: string, direction?: DirectionName): WireRule {
  return {
    match: (p) => p.tcp !== null && (p.tcp.ctl & SYN) !== 0,
    action: { edit: (p) => strip(p, KINDS[option]) },
    text,
    ...(direction === undefined ? {} : { direction }),
  };
}

function strip(p: PacketInfo, kind: number): void {
  const { ip, mem } = p;
  if (ip === null) return;
  const tcp = ip.payloadOff;
  const end = tcp + ((mem.u8[tcp + 12] as number) >> 4) * 4;
  let at = tcp + HEADER;
  while (at < end && mem.u8[at] !== END) {
    if (mem.u8[at] === NOP) {
      at++;
      continue;
    }
    const length = mem.u8[at + 1] as number;
    if (length < 2 || at + length > end) return;
    if (mem.u8[at] === kind) for (let i = 0; i < length; i++) overwrite(p, tcp, at + i);
    at += length;
  }
}

/** Makes the octet at `at` a No-Operation. */
function overwrite({ mem }: PacketInfo, tcp: number, at: number): void {
  const word = tcp + ((at - tcp) & ~1);
  const before = mem.dv.getUint16(word);
  mem.u8[at] = NOP;
  const check = tcp + TCP_CHECKSUM_OFFSET;
  mem.dv.setUint16(check, updateChecksum(mem.dv.getUint16(check), before, mem.dv.getUint16(word)));
}
