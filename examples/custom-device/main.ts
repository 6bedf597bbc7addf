// A device of one's own: an object with kind, mtu, send and onreceive. This one is a station on a medium that all hear,
// as the first Ethernet was; three hosts find each other on it by ARP.

import { type Connection, type Device, Host } from '../../src/index.ts';

/** A coaxial cable: what one station sends, all others receive. */
class Cable {
  readonly #stations = new Set<Device>();
  frames = 0;

  station(): Device {
    const device: Device = {
      kind: 'ethernet',
      mtu: 1500,
      onreceive: null,
      send: (frame) => {
        this.frames++;
        for (const other of this.#stations) if (other !== device) other.onreceive?.(frame);
      },
      close: () => void this.#stations.delete(device),
    };
    this.#stations.add(device);
    return device;
  }
}

const cable = new Cable();
const [a, b, c] = ['a', 'b', 'c'].map((name, i) => {
  const host = new Host({ name });
  host.attach(cable.station(), { addresses: [`192.168.1.${i + 1}/24`] });
  return host;
}) as [Host, Host, Host];

async function serve(host: Host): Promise<void> {
  const connection = await host.listen({ port: 7 }).accept();
  await connection.write(new TextEncoder().encode(`I am ${host.name}`));
  await connection.end();
}

async function text(connection: Connection): Promise<string> {
  let all = '';
  for await (const chunk of connection) all += new TextDecoder().decode(chunk);
  await connection.end();
  return all;
}

void serve(b);
void serve(c);
console.log(await text(await a.connect({ address: '192.168.1.2', port: 7 })));
console.log(await text(await a.connect({ address: '192.168.1.3', port: 7 })));
await Promise.all([a.close(), b.close(), c.close()]);
console.log(cable.frames > 14 ? 'every frame was heard by all' : `only ${cable.frames} frames`);
