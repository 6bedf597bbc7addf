// The devices of a host: which interface has which.

import { runUserCode } from '../base/index.ts';
import type { HostInterface } from '../ip/index.ts';
import { checkDevice, type Device, DeviceLink } from './device.ts';

/** Called once when the other side of a device has gone; `error` says why, null: in order. */
export type DeviceClosed = (error: Error | null) => void;

interface Attached {
  readonly link: DeviceLink;
  readonly onClose: DeviceClosed | undefined;
}

/** Devices of one host. */
export class Devices {
  /** True when there is something to {@link take}. */
  waiting = false;
  readonly #attached = new Map<HostInterface, Attached>();
  readonly #arrived: () => void;
  #referenced = true;

  /** `arrived` is called when there is something to {@link take}. */
  constructor(arrived: () => void) {
    this.#arrived = () => {
      this.waiting = true;
      arrived();
    };
  }

  /** Joins an interface without a link to a device that {@link checkDevice} has seen. */
  attach(device: Device, iface: HostInterface, onClose: DeviceClosed | undefined): void {
    this.#attached.set(iface, { link: new DeviceLink(device, iface, this.#arrived), onClose });
    if (!this.#referenced) device.unref?.();
  }

  /** The device of an interface, or null. */
  on(iface: HostInterface): Device | null {
    return this.#attached.get(iface)?.link.device ?? null;
  }

  /** Takes the device of an interface away; it is the caller's again. null: there is none. */
  detach(iface: HostInterface): Device | null {
    const attached = this.#attached.get(iface);
    if (attached === undefined) return null;
    this.#attached.delete(iface);
    attached.link.detach();
    return attached.link.device;
  }

  /** Gives the interfaces what has arrived. */
  take(): void {
    if (!this.waiting) return;
    this.waiting = false;
    for (const { link, onClose } of this.#attached.values()) {
      link.take();
      if (link.closed === undefined || this.on(link.iface) !== link.device) continue;
      this.detach(link.iface);
      const { closed } = link;
      runUserCode(() => onClose?.(closed));
    }
  }

  /** Whether devices keep the process alive, those to come included. */
  reference(on: boolean): void {
    this.#referenced = on;
    for (const { link } of this.#attached.values()) {
      if (on) link.device.ref?.();
      else link.device.unref?.();
    }
  }
}
