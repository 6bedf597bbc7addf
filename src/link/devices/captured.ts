// A device whose packets are recorded as they come and go: pcapng, for Wireshark.

import { type Device, RealClock } from '../../host/index.ts';
import { like, text } from '../../options/index.ts';
import type { PcapngWriter } from '../pcapng.ts';

const devices = like('a device: { kind, mtu, send, onreceive }', 'kind', 'mtu', 'send');
const writers = like('a PcapngWriter', 'addInterface', 'octets');

/**
 * `device`, recorded: what is sent when it is sent, what comes when it comes, by the platform's clock. Make the writer
 * with `epochUs: new RealClock().epochUs`. `name` is the interface's in the capture.
 *
 * ```ts
 * const capture = new PcapngWriter((octets) => file.write(octets), { epochUs: new RealClock().epochUs });
 * host.attach(capturedDevice(messagePortDevice(port), capture), { addresses: ['10.0.0.1/24'] });
 * ```
 *
 * Throws TypeError for what is no device or no writer.
 */
export function capturedDevice(device: Device, writer: PcapngWriter, name = 'device'): Device {
  devices.check(device, 'capturedDevice', 'device');
  writers.check(writer, 'capturedDevice', 'writer');
  text.check(name, 'capturedDevice', 'name');
  const { kind, mtu } = device;
  const iface = writer.addInterface({ name, linkType: kind === 'ip' ? 'raw-ip' : 'ethernet' });
  const clock = new RealClock();
  return {
    kind,
    mtu,
    send(packet) {
      writer.octets(iface, clock.real(), packet, { direction: 'out' });
      device.send(packet);
    },
    get onreceive() {
      return device.onreceive;
    },
    set onreceive(receive) {
      device.onreceive =
        receive === null
          ? null
          : (packet) => {
              writer.octets(iface, clock.real(), packet, { direction: 'in' });
              receive(packet);
            };
    },
    get onclose() {
      return device.onclose ?? null;
    },
    set onclose(closed) {
      device.onclose = closed;
    },
    close: () => device.close?.(),
    ref: () => device.ref?.(),
    unref: () => device.unref?.(),
  };
}
