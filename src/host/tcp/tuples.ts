// The four-tuple of a TCB: from a user's call, or from a segment that arrived.

import type { Tcb } from '../../tcp/index.ts';
import type { IpAddress, IpPacket, Segment } from '../../wire/index.ts';

/** The two sockets of an active OPEN. */
export function setTuple(
  tcb: Tcb,
  local: IpAddress,
  localPort: number,
  remote: IpAddress,
  remotePort: number,
): void {
  tcb.family = remote.family;
  tcb.l0 = local.w0;
  tcb.l1 = local.w1;
  tcb.l2 = local.w2;
  tcb.l3 = local.w3;
  tcb.r0 = remote.w0;
  tcb.r1 = remote.w1;
  tcb.r2 = remote.w2;
  tcb.r3 = remote.w3;
  tcb.localPort = localPort;
  tcb.remotePort = remotePort;
}

/** The two sockets that a segment names, ours being its destination. */
export function fillTuple(tcb: Tcb, p: IpPacket, seg: Segment): void {
  tcb.family = p.family;
  tcb.l0 = p.dst0;
  tcb.l1 = p.dst1;
  tcb.l2 = p.dst2;
  tcb.l3 = p.dst3;
  tcb.r0 = p.src0;
  tcb.r1 = p.src1;
  tcb.r2 = p.src2;
  tcb.r3 = p.src3;
  tcb.localPort = seg.dstPort;
  tcb.remotePort = seg.srcPort;
}
