// What each number of a TCB is: one row for each field, and the compiler demands the row. What has to go over all
// fields (reset, copy, comparison, ranges, the passing of time, the list in docs/tcb.md) goes over this table, so that
// a new field is in none of them forgotten.

import type { AccEcn } from './acc-ecn.ts';
import type { OutOfOrder } from './out-of-order.ts';
import type { ReceiveMemory } from './receive-memory.ts';
import type { Sent } from './sent.ts';
import type {
  CongestionState,
  MtuSearch,
  ReceiveSequence,
  RetransmissionTimeout,
  SendSequence,
  Tcb,
  Timers,
} from './tcb.ts';

/**
 * What a number means: `seq` a sequence number (RFC 9293 section 3.4), `ms` a time and `deadline` a timer (0: off) on
 * the engine's clock, `forMs` and `forUs` a span, `us` a time in microseconds, `octets`, `count`, `flag` 0 or 1,
 * `code` one of a list, `word` of an address, `port`, `stamp` a timestamp (RFC 7323), `id` the host's.
 */
export type Kind =
  | 'seq'
  | 'ms'
  | 'deadline'
  | 'us'
  | 'forMs'
  | 'forUs'
  | 'octets'
  | 'count'
  | 'flag'
  | 'code'
  | 'word'
  | 'port'
  | 'stamp'
  | 'id';

/** A row: the kind, and the name that an RFC has for the field. */
export type Field = readonly [kind: Kind, rfcName?: string];

type Numbers<T> = { [K in keyof T as T[K] extends number ? K : never]: Field };

/** Rows of the TCB itself. */
export const TCB: Numbers<Tcb> = {
  id: ['id'],
  state: ['code', 'state'],
  passive: ['flag'],
  orphan: ['flag'],
  error: ['code'],
  softError: ['code'],
  signals: ['code'],
  family: ['code'],
  l0: ['word'],
  l1: ['word'],
  l2: ['word'],
  l3: ['word'],
  r0: ['word'],
  r1: ['word'],
  r2: ['word'],
  r3: ['word'],
  localPort: ['port', 'local port'],
  remotePort: ['port', 'remote port'],
  udpPort: ['port', 'remote UDP port'],
  mtu: ['octets'],
  pmtu: ['octets', 'PMTU'],
  gso: ['octets'],
  md5: ['flag'],
  sack: ['flag', 'SACK-Permitted'],
  ws: ['flag', 'Snd.WS.OK'],
  ts: ['flag', 'Snd.TS.OK'],
  tsRecent: ['stamp', 'TS.Recent'],
  tsRecentMs: ['ms'],
  tsOffset: ['stamp'],
  ecn: ['code'],
  fastOpen: ['code'],
  ecnEcho: ['flag'],
  ecnReduced: ['flag'],
  ackNow: ['flag'],
  minIss: ['seq'],
  hasMinIss: ['flag'],
  challengeMs: ['ms'],
  challenged: ['flag'],
  answers: ['count'],
  answerMs: ['ms'],
  heardMs: ['ms'],
  keepProbes: ['count'],
  noDelay: ['flag'],
  cork: ['flag'],
  more: ['flag'],
  keepAlive: ['flag'],
  userTimeoutMs: ['forMs', 'USER TIMEOUT'],
  retransmissions: ['count'],
  timeouts: ['count'],
  segsIn: ['count'],
  segsOut: ['count'],
};

const snd: Numbers<SendSequence> = {
  una: ['seq', 'SND.UNA'],
  nxt: ['seq', 'SND.NXT'],
  wnd: ['octets', 'SND.WND'],
  wl1: ['seq', 'SND.WL1'],
  wl2: ['seq', 'SND.WL2'],
  maxWnd: ['octets', 'MAX.SND.WND'],
  iss: ['seq', 'ISS'],
  syn: ['flag'],
  up: ['seq', 'SND.UP'],
  urgent: ['flag'],
  end: ['seq'],
  fin: ['flag'],
  buf: ['octets'],
  mss: ['octets', 'Eff.snd.MSS'],
  peerMss: ['octets', 'SendMSS'],
  wscale: ['count', 'Snd.Wind.Shift'],
  probe: ['flag'],
  override: ['flag'],
  lastMs: ['ms'],
  earlyEnd: ['seq'],
  sml: ['seq'],
};

const rcv: Numbers<ReceiveSequence> = {
  nxt: ['seq', 'RCV.NXT'],
  irs: ['seq', 'IRS'],
  up: ['seq', 'RCV.UP'],
  urgent: ['flag'],
  edge: ['seq', 'RCV.NXT + RCV.WND'],
  user: ['seq'],
  buf: ['octets', 'RCV.BUFF'],
  wscale: ['count', 'Rcv.Wind.Shift'],
  mss: ['octets'],
  fullSize: ['octets'],
  quick: ['count'],
  textMs: ['ms'],
  acked: ['seq', 'Last.ACK.sent'],
  fin: ['flag'],
  finSeq: ['seq'],
  rttUs: ['forUs'],
  rttMark: ['seq'],
  rttAtUs: ['us'],
  copied: ['octets'],
  copiedAtUs: ['us'],
  space: ['octets'],
  dsackLeft: ['seq'],
  dsackRight: ['seq'],
};

const rto: Numbers<RetransmissionTimeout> = {
  srttUs: ['forUs', 'SRTT'],
  rttvarUs: ['forUs', 'RTTVAR'],
  rtoMs: ['forMs', 'RTO'],
  measured: ['flag'],
  timing: ['flag'],
  timedAtUs: ['us'],
  timeouts: ['count'],
  probes: ['count'],
  minRttUs: ['forUs'],
};

const cc: Numbers<CongestionState> = {
  cwnd: ['octets', 'cwnd'],
  ssthresh: ['octets', 'ssthresh'],
  phase: ['code'],
  dupAcks: ['count', 'DupAcks'],
  recover: ['seq', 'recover'],
  ecnRecover: ['seq'],
  credit: ['octets'],
  priorCwnd: ['octets'],
  priorSsthresh: ['octets'],
  delivered: ['count', 'C.delivered'],
  lost: ['count', 'C.lost'],
  reoMult: ['count', 'RACK.reo_wnd_mult'],
  reoPersist: ['count', 'RACK.reo_wnd_persist'],
  tlp: ['code'],
  tlpEnd: ['seq', 'TLP.end_seq'],
  limited: ['flag'],
  usageEnd: ['seq'],
  mostOut: ['octets'],
  reordering: ['count'],
  reordSeen: ['count'],
  resendFrom: ['seq'],
  pacingRate: ['count', 'BBR.pacing_rate'],
  departureUs: ['us', 'BBR.next_departure_time'],
  deliveryRate: ['count', 'RS.delivery_rate'],
  rateAppLimited: ['flag', 'RS.is_app_limited'],
};

const timer: Numbers<Timers> = {
  rexmt: ['deadline', 'retransmission timer'],
  persist: ['deadline', 'persist timer'],
  delack: ['deadline', 'delayed ACK'],
  keep: ['deadline', 'keep-alive'],
  user: ['deadline', 'USER TIMEOUT'],
  wait: ['deadline', '2 MSL'],
  reorder: ['deadline', 'RACK reordering timer'],
  pto: ['deadline', 'PTO'],
  pace: ['deadline', 'pacing'],
};

const sent: Numbers<Sent> = {
  first: ['count'],
  count: ['count'],
  sacked: ['octets'],
  lost: ['octets'],
  departed: ['octets'],
  refused: ['count'],
  clockUs: ['us'],
  clockEnd: ['seq'],
  deliveredUs: ['us', 'C.delivered_time'],
  firstSentUs: ['us', 'C.first_sent_time'],
  appLimited: ['count', 'C.app_limited'],
  roundEnd: ['count'],
  ptoUna: ['seq'],
  ptoNxt: ['seq'],
  rack: ['flag'],
  rackUs: ['us', 'RACK.xmit_ts'],
  rackEnd: ['seq', 'RACK.end_seq'],
  rackRttUs: ['forUs', 'RACK.rtt'],
  fack: ['seq', 'RACK.fack'],
  dsackRounds: ['flag'],
  dsackRound: ['seq', 'RACK.dsack_round'],
  recoverFs: ['octets', 'RecoverFS'],
  prrDelivered: ['octets', 'prr_delivered'],
  prrOut: ['octets', 'prr_out'],
  rescueRxt: ['seq', 'RescueRxt'],
  undoable: ['flag'],
  undoFrom: ['seq'],
  resentOctets: ['octets'],
  resentAny: ['flag'],
  resentStamp: ['stamp'],
  frto: ['code'],
};

const outOfOrder: Numbers<OutOfOrder> = {
  first: ['count'],
  count: ['count'],
};

const mtuSearch: Numbers<MtuSearch> = {
  low: ['octets', 'search_low'],
  high: ['octets', 'search_high'],
  limit: ['octets'],
  halving: ['flag'],
  size: ['octets', 'probe_size'],
  from: ['seq'],
  to: ['seq'],
  resent: ['flag'],
  losses: ['count'],
  verdictMs: ['ms'],
};

const accEcn: Numbers<AccEcn> = {
  rCep: ['count', 'r.cep'],
  rCeb: ['count', 'r.ceb'],
  rE0b: ['count', 'r.e0b'],
  rE1b: ['count', 'r.e1b'],
  synEcn: ['code'],
  lastEcn: ['code'],
  untold: ['count'],
  changed: ['code'],
  used: ['code'],
  due: ['count'],
  repeated: ['count'],
  sCep: ['count', 's.cep'],
  sCeb: ['count', 's.ceb'],
  sE0b: ['count', 's.e0b'],
  sE1b: ['count', 's.e1b'],
  cepAtCeb: ['count'],
  seen: ['code'],
  ackedPackets: ['count', 'newlyAckedPkt'],
  marked: ['count'],
  modes: ['code'],
};

const memory: Numbers<ReceiveMemory> = {
  limit: ['octets'],
  used: ['octets'],
  share: ['count'],
  clamp: ['octets'],
  ssthresh: ['octets'],
  segment: ['octets'],
  lastSmall: ['octets'],
  mostEdge: ['seq'],
  starved: ['flag'],
  accepted: ['flag'],
  first: ['count'],
};

/** The parts of a TCB that are always there. */
export const PARTS = { snd, rcv, rto, cc, timer } as const;
/** Those that are made when they are needed. */
export const PARTS_ON_DEMAND = { sent, outOfOrder, mtuSearch, accEcn, memory } as const;
/** All rows: of the TCB itself under `tcb`, and of its parts under their names. */
export const SCHEMA: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  tcb: TCB,
  ...PARTS,
  ...PARTS_ON_DEMAND,
};
