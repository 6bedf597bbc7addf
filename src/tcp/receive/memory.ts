// The receive window of a buffer that is counted in memory (`receiveMemory`), as Linux has it: how much memory the text
// that waits takes, what of the rest may be offered as a window, and how both grow. The functions are named after those
// of net/ipv4/tcp_input.c and tcp_output.c; RFC 9293 section 3.8.6 leaves all of it free.

import { seqGt, seqLeq, seqLt, seqMax } from '../../wire/seq.ts';
import type { Engine } from '../engine.ts';
import { ReceiveMemory } from '../tcb/receive-memory.ts';
import { State } from '../tcb/state.ts';
import { fixedHeaders, rcvWnd, receivable, type Tcb } from '../tcb/tcb.ts';
import { copiedMemory, MOST_COPIED, packetMemory, roomBehind } from './packet-memory.ts';
import { dropRanges, endOfHeld } from './reassembly.ts';
import { firstSpace, MAX_FIELD, TIMESTAMPS_OCTETS } from './syn-window.ts';

/** TCP_MSS_DEFAULT, TCP_MIN_MSS, TCP_INIT_CWND. */
const USUAL_SEGMENT = 536;
const LEAST_SEGMENT = 88;
const FIRST_FLIGHT = 10;
/** tcp_event_data_recv: smaller segments say nothing about how much memory text takes. */
const TELLING_TEXT = 128;
/** tcp_rmem: its largest, as it comes. A program that sets SO_RCVBUF changes nothing about it. */
const USUAL_MOST = 6 * 1024 * 1024;
/** tcp_rcvbuf_low_rtt: in a shorter round trip the buffer grows by less. */
const SHORT_RTT_US = 1000;

/** How many numbers a packet has in `queue`, and in `beyond`. */
const OF_QUEUE = 3;
const OF_BEYOND = 4;

/** tcp_win_from_space: octets of text in `memory`. */
function textIn({ share }: ReceiveMemory, memory: number): number {
  return Math.floor((memory * share) / 256);
}

/** tcp_full_space. */
function fullSpace(m: ReceiveMemory): number {
  return textIn(m, m.limit);
}

/** tcp_space. */
function freeSpace(m: ReceiveMemory): number {
  return textIn(m, m.limit - m.used);
}

/** advmss: what the peer's segments hold at most. */
function offeredText({ rcv, ts }: Tcb): number {
  return ts === 1 ? rcv.mss - TIMESTAMPS_OCTETS : rcv.mss;
}

/** rcv_wnd: the window as it was told last. */
function toldWindow({ rcv }: Tcb): number {
  return (rcv.edge - rcv.acked) | 0;
}

/** rcv_wnd of the SYN, where a field could say it. */
function windowOfSyn({ config, rcv, passive, ts }: Tcb): number {
  return Math.min(firstSpace(config, rcv.buf, rcv.mss, passive === 1 && ts === 1), MAX_FIELD << rcv.wscale);
}

function roundedUp(octets: number, shift: number): number {
  const unit = 1 << shift;
  return Math.ceil(octets / unit) * unit;
}

/** tcp_init_buffer_space, tcp_initialize_rcv_mss. */
function start(tcb: Tcb): ReceiveMemory {
  const { rcv, snd } = tcb;
  const m = new ReceiveMemory();
  m.limit = 2 * rcv.buf;
  m.mostEdge = rcv.edge;
  const full = fullSpace(m);
  const mss = offeredText(tcb);
  const told = toldWindow(tcb);
  m.clamp = Math.min(full, MAX_FIELD << rcv.wscale);
  // tcp_app_win: a segment is held back.
  if (m.clamp > 2 * mss && m.clamp + mss > full) m.clamp = Math.max(2 * mss, full - mss);
  m.ssthresh = Math.min(windowOfSyn(tcb), m.clamp);
  rcv.space = Math.min(m.ssthresh, told, FIRST_FLIGHT * mss);
  m.segment = Math.max(Math.min(mss, snd.mss, told >> 1, USUAL_SEGMENT), LEAST_SEGMENT);
  return m;
}

/** The receive memory of `tcb`, from now on. */
export function memoryOf(tcb: Tcb): ReceiveMemory {
  tcb.memory ??= start(tcb);
  return tcb.memory;
}

/** RCV.BUFF is set to `octets`; where memory is counted, twice as much may be used (SO_RCVBUF). */
export function setReceiveBuffer(tcb: Tcb, octets: number): void {
  const { memory: m } = tcb;
  tcb.rcv.buf = octets;
  if (m === null) return;
  m.limit = 2 * octets;
  noteSize(tcb, m);
}

function noteSize({ rcv }: Tcb, m: ReceiveMemory): void {
  rcv.buf = Math.max(fullSpace(m), 1);
}

/** tcp_try_rmem_schedule: whether there is memory for a segment. False: it is dropped; one in order is answered by a window of 0. */
export function hasMemory(e: Engine, tcb: Tcb, seq: number): boolean {
  const { memory: m, rcv } = tcb;
  if (m === null || m.used <= m.limit) return true;
  const inOrder = seq === rcv.nxt;
  if (pruned(e, tcb, m, inOrder)) return true;
  if (!inOrder) return false;
  m.starved = 1;
  tcb.ackNow = 1;
  return receivable(tcb) === 0;
}

/** tcp_prune_queue. True: what is in use is within the limit. */
function pruned(e: Engine, tcb: Tcb, m: ReceiveMemory, inOrder: boolean): boolean {
  clampWindow(e, tcb, m);
  if (m.used <= m.limit) return true;
  collapse(tcb, m);
  if (m.used <= m.limit) return true;
  if (inOrder && tcb.outOfOrder !== null) {
    dropRanges(tcb);
    settleBeyond(tcb, m);
  }
  return m.used <= m.limit;
}

/** tcp_clamp_window. */
function clampWindow(e: Engine, tcb: Tcb, m: ReceiveMemory): void {
  const { rcv, config } = tcb;
  rcv.quick = 0;
  if (config.receiveBufferTuning && m.limit < config.receiveBufferMax && e.mayGrow) {
    m.limit = Math.min(m.used, config.receiveBufferMax);
    noteSize(tcb, m);
  }
  if (m.used > m.limit) m.ssthresh = Math.min(m.clamp, 2 * offeredText(tcb));
}

/** tcp_collapse: text in order, from the first packet that is not worth its memory, is copied into full ones. */
function collapse({ rcv }: Tcb, m: ReceiveMemory): void {
  const { queue } = m;
  let left = rcv.user;
  let at = m.first;
  while (at < queue.length && textIn(m, queue[at + 1] as number) <= (((queue[at] as number) - left) | 0)) {
    left = queue[at] as number;
    at += OF_QUEUE;
  }
  for (let i = at; i < queue.length; i += OF_QUEUE) m.used -= queue[i + 1] as number;
  queue.length = at;
  while (seqLt(left, rcv.nxt)) {
    const len = Math.min((rcv.nxt - left) | 0, MOST_COPIED);
    const memory = copiedMemory(len);
    left = (left + len) | 0;
    queue.push(left, memory, 0);
    m.used += memory;
  }
}

/** Octets of the packet that has brought `len` octets of text. */
function packetLength(tcb: Tcb, len: number): number {
  return len + fixedHeaders(tcb) + (tcb.ts === 1 ? TIMESTAMPS_OCTETS : 0);
}

/** tcp_queue_rcv, tcp_event_data_recv: text in order has been taken, [seq, RCV.NXT) at most; `size` is that of a segment. */
export function countText(tcb: Tcb, seq: number, len: number, size: number): void {
  const m = memoryOf(tcb);
  const { rcv } = tcb;
  const packet = packetLength(tcb, len);
  const memory = packetMemory(packet);
  enqueue(m, (seq + len) | 0, len, memory, roomBehind(packet));
  settleBeyond(tcb, m);
  measureSegment(tcb, m, len, size, memory);
  // tcp_incr_quickack: as many quick ACKs as half the window has segments.
  if (seq === ((rcv.irs + 1) | 0))
    rcv.quick = Math.min(rcv.quick, Math.max(Math.floor(toldWindow(tcb) / (2 * m.segment)), 2));
  if (len >= TELLING_TEXT) growWindow(tcb, m, len, memory);
}

/**
 * tcp_data_queue: a FIN that no packet before it has room for takes memory, too, which it has to the end; in want of it
 * the FIN is answered at once.
 */
export function countFin(e: Engine, tcb: Tcb): void {
  const m = memoryOf(tcb);
  hasMemory(e, tcb, tcb.rcv.nxt);
  if (m.queue.length === 0) m.used += packetMemory(packetLength(tcb, 0));
}

/** tcp_fastopen_add_skb: the text of a SYN. */
export function countEarlyText(tcb: Tcb, len: number): void {
  const packet = packetLength(tcb, len);
  enqueue(memoryOf(tcb), tcb.rcv.nxt, len, packetMemory(packet), roomBehind(packet));
}

/** tcp_data_queue_ofo: text beyond a hole has been taken. */
export function countBeyond(e: Engine, tcb: Tcb, seq: number, len: number, size: number): void {
  const m = memoryOf(tcb);
  const { beyond } = m;
  const packet = packetLength(tcb, len);
  const memory = packetMemory(packet);
  const end = (seq + len) | 0;
  measureSegment(tcb, m, len, size, memory);
  // Without SACK the window stays as it is, so that the ACK counts as a duplicate.
  if (tcb.sack === 1) growWindow(tcb, m, len, memory);
  if (!extended(beyond, seq, end)) {
    dropCovered(m, seq, end);
    beyond.push(seq, end, memory, roomBehind(packet));
    m.used += memory;
  }
  if (m.accepted === 1 || tcb.passive === 0) growLimit(e, tcb, m, tcb.rcv.space);
}

/** tcp_ooo_try_coalesce: the text goes behind that of a packet which has room for it. */
function extended(beyond: number[], seq: number, end: number): boolean {
  for (let i = 0; i < beyond.length; i += OF_BEYOND) {
    const room = beyond[i + 3] as number;
    if (beyond[i + 1] !== seq || room < ((end - seq) | 0)) continue;
    beyond[i + 1] = end;
    beyond[i + 3] = room - ((end - seq) | 0);
    return true;
  }
  return false;
}

/** Packets whose text has come again, with more. */
function dropCovered(m: ReceiveMemory, seq: number, end: number): void {
  const { beyond } = m;
  for (let i = beyond.length - OF_BEYOND; i >= 0; i -= OF_BEYOND) {
    if (seqLt(beyond[i] as number, seq) || seqGt(beyond[i + 1] as number, end)) continue;
    m.used -= beyond[i + 2] as number;
    beyond.splice(i, OF_BEYOND);
  }
}

/** tcp_queue_rcv: text up to `end`, in the packet before it if that has room. */
function enqueue(m: ReceiveMemory, end: number, len: number, memory: number, room: number): void {
  const { queue } = m;
  const last = queue.length - OF_QUEUE;
  if (last >= m.first && (queue[last + 2] as number) >= len) {
    queue[last] = end;
    queue[last + 2] = (queue[last + 2] as number) - len;
    return;
  }
  queue.push(end, memory, room);
  m.used += memory;
}

/** tcp_ofo_queue: packets beyond a hole that is filled wait for the user; those that were dropped are forgotten. */
function settleBeyond({ rcv, outOfOrder }: Tcb, m: ReceiveMemory): void {
  const { beyond, queue } = m;
  while (beyond.length > 0) {
    let next = 0;
    for (let i = OF_BEYOND; i < beyond.length; i += OF_BEYOND)
      if (seqLt(beyond[i + 1] as number, beyond[next + 1] as number)) next = i;
    const [begin = 0, end = 0, memory = 0, room = 0] = beyond.slice(next, next + OF_BEYOND);
    const reached = seqLeq(end, rcv.nxt);
    if (!reached && outOfOrder !== null) return;
    beyond.splice(next, OF_BEYOND);
    m.used -= memory;
    const last = queue[queue.length - OF_QUEUE];
    if (reached && (last === undefined || seqGt(end, last))) enqueue(m, end, (end - begin) | 0, memory, room);
  }
}

/** tcp_measure_rcv_mss: how large the peer's segments are, and by the full ones how much memory text takes. */
function measureSegment(tcb: Tcb, m: ReceiveMemory, len: number, size: number, memory: number): void {
  const small = m.lastSmall;
  m.lastSmall = 0;
  if (size < m.segment) {
    if (size < USUAL_SEGMENT) return;
    m.lastSmall = size;
    if (size === small) m.segment = size;
    return;
  }
  if (size !== m.segment) {
    const { share } = m;
    m.share = Math.max(Math.floor((256 * len) / memory), 1);
    if (m.share !== share) setClamp(tcb, m);
  }
  m.segment = Math.min(size, offeredText(tcb));
}

/** tcp_set_window_clamp, and rcvq_space. */
function setClamp(tcb: Tcb, m: ReceiveMemory): void {
  const { rcv } = tcb;
  const clamp = fullSpace(m);
  if (clamp < m.clamp) m.ssthresh = Math.min(m.ssthresh, clamp);
  else if (clamp > m.clamp) m.ssthresh = Math.max(Math.min(toldWindow(tcb), clamp), m.ssthresh);
  m.clamp = clamp;
  rcv.space = Math.min(rcv.space, clamp);
  noteSize(tcb, m);
}

/** tcp_grow_window: the window may be larger by two segments, if those like this one will fit into the memory. */
function growWindow(tcb: Tcb, m: ReceiveMemory, len: number, memory: number): void {
  const room = Math.min(m.clamp, freeSpace(m)) - m.ssthresh;
  if (room <= 0) return;
  const more = textIn(m, memory) <= len ? 2 * offeredText(tcb) : slowGrowth(tcb, m, len, memory);
  if (more === 0) return;
  m.ssthresh += Math.min(room, Math.max(more, 2 * len));
  tcb.rcv.quick |= 1;
}

/** __tcp_grow_window: text that takes more memory than its share may fill a small window, not a large one. */
function slowGrowth({ config }: Tcb, m: ReceiveMemory, len: number, memory: number): number {
  let cost = textIn(m, memory) >> 1;
  let window = textIn(m, Math.max(config.receiveBufferMax, USUAL_MOST)) >> 1;
  while (m.ssthresh <= window) {
    if (cost <= len) return 2 * m.segment;
    cost >>= 1;
    window >>= 1;
  }
  return 0;
}

/** tcp_rcvbuf_grow: the user takes `taken` octets in a round trip; the buffer is to hold twice that, and more while it grows. */
function growLimit(e: Engine, tcb: Tcb, m: ReceiveMemory, taken: number): void {
  const { rcv, config } = tcb;
  const before = rcv.space;
  rcv.space = taken;
  if (!config.receiveBufferTuning || !e.mayGrow) return;
  let window = 2 * taken;
  if (rcv.rttUs < SHORT_RTT_US) window += Math.floor((window * rcv.rttUs) / SHORT_RTT_US);
  else if (before > 0) window += Math.floor((2 * window * (taken - before)) / before);
  window += (endOfHeld(tcb) - rcv.nxt) | 0;
  const limit = Math.min(Math.floor((256 * window) / m.share), config.receiveBufferMax);
  if (limit <= m.limit) return;
  m.limit = limit;
  m.clamp = fullSpace(m);
  noteSize(tcb, m);
}

/** tcp_eat_recv_skb, tcp_rcv_space_adjust: the user has taken `n` octets. */
export function releaseMemory(e: Engine, tcb: Tcb, n: number): void {
  const { rcv } = tcb;
  const m = memoryOf(tcb);
  const { queue } = m;
  while (m.first < queue.length && seqLeq(queue[m.first] as number, rcv.user)) {
    m.used -= queue[m.first + 1] as number;
    m.first += OF_QUEUE;
  }
  if (2 * m.first >= queue.length) {
    queue.splice(0, m.first);
    m.first = 0;
  }
  rcv.copied = (rcv.copied + n) | 0;
  const elapsed = (e.us - rcv.copiedAtUs) | 0;
  if (rcv.rttUs === 0 || (elapsed >= 0 && elapsed < rcv.rttUs)) return;
  const taken = rcv.copied - receivable(tcb);
  if (taken > rcv.space) growLimit(e, tcb, m, taken);
  rcv.copied = 0;
  rcv.copiedAtUs = e.us;
}

/** __tcp_select_window: the window that there may be. */
function selectWindow(tcb: Tcb, m: ReceiveMemory): number {
  const { rcv } = tcb;
  const shrinks = mayShrink(tcb);
  const { wscale } = rcv;
  const allowed = fullSpace(m);
  const full = Math.min(m.clamp, allowed);
  const mss = Math.min(m.segment, full);
  if (mss <= 0) return 0;
  let free = freeSpace(m);
  if (shrinks) free = (free >> wscale) << wscale;
  if (free < full >> 1) {
    rcv.quick = 0;
    free = (free >> wscale) << wscale;
    if (free < allowed >> 4 || free < mss || (shrinks && free === 0)) return 0;
  }
  free = Math.min(free, m.ssthresh);
  if (wscale > 0) return roundedUp(free, wscale);
  const told = toldWindow(tcb);
  if (told <= free - mss || told > free) return free - (free % mss);
  return mss === full && free > told + (full >> 1) ? free : told;
}

/** Whether the window may be smaller than the one that was told. */
function mayShrink({ config, rcv }: Tcb): boolean {
  return config.windowMayShrink && rcv.wscale > 0;
}

/** tcp_select_window: moves the right edge, and returns the window field for an outgoing segment (not a SYN). */
export function offerMemoryWindow(tcb: Tcb): number {
  const { rcv, memory: m } = tcb;
  const { nxt, wscale } = rcv;
  if (m !== null && m.starved === 1) {
    m.starved = 0;
    rcv.edge = nxt;
    return 0;
  }
  const left = Math.max(rcvWnd(tcb), 0);
  // tcp_v4_reqsk_send_ack: there is no socket yet, and the window of the SYN,ACK is rounded down.
  if (tcb.state === State.SYN_RECEIVED && tcb.passive === 1 && m === null) return left >> wscale;
  // Until text comes it is the window of the SYN.
  let window = m === null ? roundedUp(windowOfSyn(tcb), wscale) : selectWindow(tcb, m);
  if (window < left && !mayShrink(tcb)) window = roundedUp(left, wscale);
  rcv.edge = (nxt + window) | 0;
  if (m !== null) m.mostEdge = seqMax(m.mostEdge, rcv.edge);
  return Math.min(window >> wscale, MAX_FIELD);
}

/** __tcp_ack_snd_check: more than a full segment is not acknowledged, and the ACK will not tell a smaller window. */
export function ackDue(tcb: Tcb): boolean {
  const { rcv, memory: m } = tcb;
  return m !== null && ((rcv.nxt - rcv.acked) | 0) > m.segment && selectWindow(tcb, m) >= toldWindow(tcb);
}

/** __tcp_cleanup_rbuf: the user has taken enough that the peer should hear of it at once. */
export function memoryUpdateDue(tcb: Tcb): boolean {
  const { rcv, timer, memory: m } = tcb;
  if (m === null) return false;
  if (timer.delack !== 0 && ((rcv.nxt - rcv.acked) | 0) > m.segment) return true;
  const left = Math.max(rcvWnd(tcb), 0);
  if (2 * left > m.clamp) return false;
  const window = selectWindow(tcb, m);
  return window > 0 && window >= 2 * left;
}
