// The door of `link`: where packets go. What needs a platform has a door of its own: TUN devices, and the devices of Node
// (`node`).

export {
  BroadcastChannelDevice,
  type BroadcastChannelLike,
  broadcastChannelDevice,
  capturedDevice,
  type DeviceBase,
  type DeviceBaseOptions,
  devicePair,
  type Framing,
  FramingError,
  MessagePortDevice,
  type MessagePortLike,
  type MessagePortOptions,
  messagePortDevice,
  type OctetStream,
  type OctetStreams,
  PairDevice,
  type QueueOptions,
  StreamDevice,
  type StreamDeviceOptions,
  streamDevice,
  WebSocketDevice,
  type WebSocketLike,
  webSocketDevice,
} from './devices/index.ts';
/** @internal For the kernel's view of connections, and `synfin doctor`. */
export { linuxState } from './linux-states.ts';
export * from './pcapng.ts';
