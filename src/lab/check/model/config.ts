// What a bounded model of two hosts consists of: what their programs may do, what the network may do, how often.
// A bound that is reached cuts behaviour off; everything within the bounds is explored.

import { checkConfig, defaultConfig, type TcpConfig } from '../../../tcp/index.ts';

/** What the program of one host may do, at any time that the state of its connection allows. */
export interface Program {
  /** Active OPENs, one after the end of the other: the incarnations of an active side. */
  readonly opens?: number;
  /** A listener that is always there: each SYN makes an incarnation of the passive side. */
  readonly listens?: boolean;
  /** SENDs of one octet in each incarnation, as soon as the connection is ESTABLISHED. */
  readonly writes?: number;
  /** Whether it calls CLOSE, after its SENDs; it goes on reading. `last`: not before it has read to the end. */
  readonly closes?: boolean | 'last';
  /** Whether it may go away: CLOSE in both directions (3.6.1), with its SENDs or without. */
  readonly detaches?: boolean;
  /** Whether it may call ABORT: the user gives up, in any state but TIME-WAIT. */
  readonly aborts?: boolean;
  /** `at once`: what arrives is read by the same event; `late`: RECEIVE is an action of its own. */
  readonly reads?: 'at once' | 'late';
}

/** A bounded model. */
export interface ModelConfig {
  readonly id: string;
  /** One sentence on what it explores. */
  readonly about: string;
  /** The client: host 0, `A`. */
  readonly a: Program;
  /** The server: host 1, `B`. */
  readonly b: Program;
  /**
   * `slow`: a packet may take up to one MSL, so that timers fire while packets are under way. `fast`: a packet that
   * has not arrived when a timer fires never will.
   */
  readonly network: 'fast' | 'slow';
  /** Packets that may get lost; null: any number. */
  readonly losses: number | null;
  /** Packets of which the network may make a copy. */
  readonly duplicates: number;
  /** Most different packets under way at a time; what would be one more is cut off. Default: 24. */
  readonly flight?: number;
  /** Segments that an attacker may send, who knows the four-tuple and roughly the window. */
  readonly injections?: number;
  /** `near`: it is lucky once; `blind`: it guesses no number that counts, but sends to a host without a connection, too. Default: near. */
  readonly forgeries?: 'near' | 'blind';
  /** Crashes of a host: its connection is gone, and nobody is told. It is up again at once, with its listener. */
  readonly crashes?: number;
  /** Incarnations of each side, at most 4. Default: what the programs open; a listener as many as its peer. */
  readonly incarnations?: number;
  /** True: nobody ever gives up (R2 is infinite), so that what depends on retransmission shows. */
  readonly patient?: boolean;
  /**
   * SYNs from addresses where nobody is; how many connections in SYN-RECEIVED the listener has room for, and how many
   * connections the host has memory for.
   */
  readonly flood?: { readonly syns: number; readonly backlog: number; readonly memory: number };
  /**
   * Names of the properties, of states or of the graph, that fail here by design: what shows is TCP as it is, and the
   * sentence of `about` says why.
   */
  readonly fails?: readonly string[];
  /** Settings of both hosts' TCP that differ from {@link smallTcp}. */
  readonly tcp?: Partial<TcpConfig>;
}

/** RTO of the models: it is constant, since its bounds are the same and equal to what follows a lost SYN. */
export const RTO_MS = 3000;

/** R2 of a patient TCP. */
export const NEVER_MS = 1 << 29;

/**
 * A TCP with few states. No option but MSS; every segment is sent at once; one RTO whatever the network does, so that
 * samples of the round-trip time and back-off change nothing. R2 lies below 2 MSL: a FIN is given up before the
 * peer's TIME-WAIT ends, which is the assumption of section 3.6 ("TIME-WAIT is long enough") as a setting.
 */
export const smallTcp: Partial<TcpConfig> = {
  mslMs: 4000,
  sendBuffer: 16,
  sendBufferMax: 16,
  receiveBuffer: 16,
  receiveBufferTuning: false,
  receiveBufferMax: 16,
  congestion: 'newreno',
  windowScale: false,
  timestamps: false,
  sack: false,
  ecn: 'off',
  noDelay: true,
  delayedAckMs: 0,
  quickAcks: 0,
  initialRtoMs: RTO_MS,
  minRtoMs: RTO_MS,
  maxRtoMs: RTO_MS,
  r2Ms: 7000,
  synR2Ms: 7000,
  synAckR2Ms: 7000,
  userTimeoutMs: 0,
  keepAlive: false,
  challengeAckMs: 500,
  initialWindow: 10,
  maxRanges: 4,
};

/** The settings of a model's hosts. Throws a RangeError for settings that the codec leaves out. */
export function tcpOf(config: ModelConfig): TcpConfig {
  const patient = config.patient === true ? { r2Ms: NEVER_MS, synR2Ms: NEVER_MS, synAckR2Ms: NEVER_MS } : {};
  const tcp = checkConfig({ ...defaultConfig, ...smallTcp, ...patient, ...config.tcp });
  const fixed: readonly (keyof TcpConfig)[] = [
    'windowScale',
    'timestamps',
    'sack',
    'ecn',
    'noDelay',
    'quickAcks',
    'initialRtoMs',
    'minRtoMs',
    'maxRtoMs',
    'userTimeoutMs',
    'keepAlive',
    'initialWindow',
    'congestion',
  ];
  const base = { ...defaultConfig, ...smallTcp };
  for (const name of fixed) {
    if (tcp[name] !== base[name])
      throw new RangeError(`a model cannot set tcp.${name}: its states leave it out`);
  }
  if (tcp.receiveBuffer > 20) throw new RangeError('tcp.receiveBuffer of a model is at most 20');
  return tcp;
}
