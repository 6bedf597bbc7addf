// The encoding of an IP-ECN field in AE, CWR and ECE (RFC 9768 tables 2, 3 and 4): on a SYN,ACK, and on the ACK of it.

/** By the IP-ECN field: Not-ECT, ECT(1), ECT(0), CE. */
const ACE_OF_ECN = [0b010, 0b011, 0b100, 0b110] as const;
const ECN_OF_ACE = [-1, -1, 0, 1, 2, -1, 3, -1] as const;

/** The bits that feed back the IP-ECN field of a SYN or SYN,ACK. */
export function handshakeAce(ecn: number): number {
  return ACE_OF_ECN[ecn & 3] as number;
}

/** The way back; -1: bits that say nothing of it. */
export function handshakeEcn(ace: number): number {
  return ECN_OF_ACE[ace & 7] as number;
}
