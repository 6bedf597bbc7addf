// More accurate ECN feedback (RFC 9768): what both halves of a connection in AccECN mode count. Plain data; a TCB has it
// from the moment it enters that mode. ecn/ works on it.

/** Initial value of the CE packet counters (section 3.2.1): not 0, so that a field that was zeroed is told from it. */
export const CEP_INIT = 5;

/** Values of `Tcb.ecn`: the feedback mode (table 2), or in SYN-SENT the one that our SYN asks for. */
export const EcnMode = { NOT_ECN: 0, CLASSIC: 1, ACCURATE: 2 } as const;

/** Bits of `AccEcn.modes`. */
export const AccEcnMode = {
  /** Nothing more is sent ECN-capable: the IP-ECN field or the ACE field is mangled, or the client may not be in AccECN mode. */
  NOT_ECT: 1,
  /** What the peer feeds back is not responded to (sections 3.2.2.3 and 3.2.2.4). */
  NO_RESPONSE: 2,
  /** AccECN options are not sent: packets with them do not arrive (section 3.2.3.2.2). */
  NO_OPTIONS: 4,
  /** Arriving options are ignored: they came zeroed, or too late (section 3.2.3.2.4). */
  IGNORE_OPTIONS: 8,
  /** The next pure ACK feeds back the IP-ECN field of the SYN,ACK (section 3.2.2.1). */
  HANDSHAKE_ACK: 16,
  /** The next pure ACK answers marked ACKs, and has no SACK blocks (section 3.2.2.5.1). */
  ACK_OF_ACK: 32,
  /** A SYN,ACK was marked, which r.cep counts once (section 3.2.2.2). */
  SYN_ACK_CE: 64,
  /** Our SYN or SYN,ACK was marked, says the peer: the connection begins with one segment. */
  SYN_CE: 128,
  /** A SYN has come again: our SYN,ACK goes again without an option (section 3.2.3.2.2). */
  SYN_AGAIN: 256,
  /** The first ACE counter has arrived, and was not zeroed (section 3.2.2.4). */
  ACE_SEEN: 512,
  /** The ACK in hand has a later timestamp than those before it: it is not superseded (appendix A.1). */
  LATER: 1024,
  /** Text has gone with an option; and such text has arrived (section 3.2.3.2.2). */
  OPTION_SENT: 2048,
  OPTION_PASSED: 4096,
  /** The last ACK had an option. */
  OPTION_TOLD: 8192,
  /** Octets were marked and no packet was: once more, and the feedback is mangled (section 3.2.3.2.5). */
  SUSPECT: 16384,
} as const;

/** Bits of `AccEcn.changed` and `AccEcn.used`, one for each byte counter. */
export const Counter = { E0B: 1, CEB: 2, E1B: 4 } as const;

/** Both half connections in AccECN mode; counts modulo 2^32. */
export class AccEcn {
  /** As Data Receiver (section 3.2): packets with CE, and octets of text with CE, ECT(0) and ECT(1). */
  rCep = CEP_INIT;
  rCeb = 0;
  rE0b = 1;
  rE1b = 1;
  /** ECN field of the latest SYN or SYN,ACK of the peer, which ours feeds back. */
  synEcn = 0;
  /** ECN field of the packet before. */
  lastEcn = 0;
  /** CE marks since our last ACK. */
  untold = 0;
  /** Byte counters that have changed since an option was sent, and that have ever changed. */
  changed = 0;
  used = 0;
  /** Segments that are still to have an option, whatever has changed. */
  due = 0;
  /** How often text has come again though an ACK with an option acknowledged it. */
  repeated = 0;

  /** As Data Sender: what is known of the peer's counters. */
  sCep = CEP_INIT;
  sCeb = 0;
  sE0b = 1;
  sE1b = 1;
  /** s.cep when s.ceb changed last. */
  cepAtCeb = CEP_INIT;
  /** 1: an option has arrived, 2: one with counters. */
  seen = 0;
  /** Moving average of the packets that an ACK acknowledges, times 64; 0: none was measured. */
  ackedPackets = 0;
  /** Round trips so far in which every packet was marked; -1: there was one that was not. */
  marked = 0;

  /** Bits of `AccEcnMode`. */
  modes = 0;
}
