// What the engine tells the user of a connection: bits that collect in `tcb.signals` during an event
// and that the host reads, clears and acts on after it.

/** Bits of `tcb.signals`. */
export const Signal = {
  /** OPEN has completed: the connection is ESTABLISHED. */
  OPENED: 0x001,
  /** New octets can be RECEIVEd. */
  TEXT: 0x002,
  /** Octets of SEND were acknowledged: there is room in the send buffer; or less than half of `notsentLowat` is unsent. */
  ROOM: 0x004,
  /** "connection closing": the peer's FIN has been reached (3.10.7.4 eighth). */
  PEER_FIN: 0x008,
  /** Our FIN has been acknowledged: CLOSE is "ok". */
  FIN_ACKED: 0x010,
  /** The connection has ended; `tcb.error` says how. */
  ENDED: 0x020,
  /** The peer has urgent data for us (MUST-32). */
  URGENT: 0x040,
  /** R1 reached: delivery is in doubt (3.8.3, SHLD-9). */
  DELAYED: 0x080,
  /** An ICMP soft error; `tcb.softError` says which (SHLD-25). */
  SOFT_ERROR: 0x100,
  /** TCP Fast Open: the user may have the connection, although its handshake has not completed. */
  EARLY: 0x200,
  /** Not for the user: an ACK lets text go, which waits for what comes together with it (`Engine.together`): PUSH. */
  USABLE: 0x400,
} as const;
