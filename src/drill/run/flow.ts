// The connection under test, twice: as the script numbers it and as it lives. Script sequence numbers of a
// SYN are absolute; all others count from the ISN of their side, as tcpdump prints them.

/** How far the handshake of the connection under test has come. */
export type FlowState =
  | 'new'
  | 'listening'
  /** The first packet for the listener was injected. */
  | 'packet-received'
  | 'synack-sent'
  | 'connecting'
  | 'syn-sent'
  | 'established';

/** Addresses, ports and numbers of the connection under test. */
export class Flow {
  state: FlowState = 'new';
  protocol: 'tcp' | 'udp' = 'tcp';
  remotePort = 0;
  localPort = 0;
  /** Octets of text in the last SYN of ours. */
  synLength = 0;
  scriptLocalIsn = 0;
  liveLocalIsn = 0;
  liveRemoteIsn = 0;
  /** Live TS val of each val that an outbound line of the script had. */
  readonly tsVals = new Map<number, number>();
  /** The first pair: script val and live val. */
  firstTs: { readonly script: number; readonly live: number } | null = null;
  /** Flow label of the script and the live one that stands for it. */
  label: { script: number; live: number } | null = null;
  /** What a RST at the end needs: the last header injected, or else the last one seen. */
  lastInjected: { seq: number; ack: number; win: number; hasAck: boolean } | null = null;
  lastOutbound: { seq: number; ack: number; hasAck: boolean } | null = null;

  /** To be added to a script number of the peer's side (inbound seq, outbound ack and SACK). */
  remoteOffset(syn: boolean): number {
    return syn ? 0 : this.liveRemoteIsn;
  }

  /** To be added to a script number of our side (outbound seq, inbound ack and SACK). */
  localOffset(syn: boolean): number {
    return syn ? (this.liveLocalIsn - this.scriptLocalIsn) | 0 : this.liveLocalIsn;
  }
}
