// The door of link/devices: devices for what every JavaScript engine may have. Those of Node are in `node`.

export { cost, DeviceBase, type DeviceBaseOptions, type QueueOptions, queueKinds } from './base.ts';
export {
  BroadcastChannelDevice,
  type BroadcastChannelLike,
  broadcastChannelDevice,
} from './broadcast-channel.ts';
export { capturedDevice } from './captured.ts';
export { Deframer, type Framing, FramingError, frame, headerLength, writeFrame } from './framing.ts';
export {
  MessagePortDevice,
  type MessagePortLike,
  type MessagePortOptions,
  messagePortDevice,
} from './message-port.ts';
export { devicePair, PairDevice } from './pair.ts';
export {
  type OctetStream,
  type OctetStreams,
  type PacketStream,
  StreamDevice,
  type StreamDeviceOptions,
  streamDevice,
} from './stream.ts';
export { WebSocketDevice, type WebSocketLike, webSocketDevice } from './web-socket.ts';
