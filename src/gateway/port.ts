// Where a guest's Ethernet frames come from and go to. What brings frames in (a socket of QEMU, a relay, a bus in the
// page, TAP) makes one of these; the gateway knows nothing else of it.

import type { Device } from '../host/index.ts';

/**
 * A guest's end of its link, as the gateway holds it: a {@link Device} of kind 'ethernet', so every device of
 * `synfin/link` and `synfin/node` made with `kind: 'ethernet'` is one (`streamDevice`, `socketDevice`,
 * `webSocketDevice`, `messagePortDevice`, `broadcastChannelDevice`, `openDatagramDevice`, `devicePair`).
 *
 * - `send(frame)`: towards the guest; an Ethernet II frame without FCS. The frame is the port's own. When there is no
 *   room it is dropped and counted by the port.
 * - `sendView(frame)`, where there is one: as `send`, of a frame that stays the gateway's, and is there until it returns.
 * - `onreceive(frame)`: from the guest, set by `gateway.attach`; null while nobody listens. The octets are copied before it
 *   returns: a view of a NIC's memory may be given. Frames longer than `mtu` and the header allow are dropped and counted.
 * - `onclose(error)`: the port calls it once, when the guest's side has gone; the guest's place in the gateway (name,
 *   lease, forwards) stays, and another port can be attached for it.
 * - `close()`: the gateway gives it up.
 *
 * One port is one guest, or what is behind one: guests that share a port share a name, a policy and faults. The switch
 * between ports, which also keeps a guest from speaking in another's name, is the gateway's (`lan/`).
 */
export interface FramePort extends Device {
  readonly kind: 'ethernet';
}
