// The door of links: devices, Ethernet with its neighbours, and addresses that an interface makes itself.

export {
  type AddressState,
  Autoconfiguration,
  type AutoconfigurationInfo,
  type AutoconfigurationOutput,
  type AutoconfigureOptions,
} from './autoconfiguration.ts';
export { checkDevice, checkDeviceMtu, type Device } from './device.ts';
export { type DeviceClosed, Devices } from './devices.ts';
export { EthernetLayer } from './ethernet-layer.ts';
export type { IdentifierKind } from './interface-identifier.ts';
