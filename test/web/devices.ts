// What the platform has fits the shapes that devices take: as the types of the DOM say it. Nothing of this runs.

import type { Device } from '../../src/host/index.ts';
import {
  broadcastChannelDevice,
  messagePortDevice,
  streamDevice,
  webSocketDevice,
} from '../../src/link/index.ts';

/** Devices for everything in a page that can carry packets. */
export function everyDevice(
  worker: Worker,
  socket: WebSocket,
  transport: WebTransportBidirectionalStream,
): Device[] {
  return [
    messagePortDevice(new MessageChannel().port1),
    messagePortDevice(worker),
    broadcastChannelDevice(new BroadcastChannel('lan')),
    webSocketDevice(socket),
    streamDevice(new TransformStream<Uint8Array, Uint8Array>()),
    streamDevice(transport),
  ];
}
