// Loaded by `synfin exec` before a Node program (`node --import`): puts the process on a synfin host behind a TUN device.
// All that it does by node:net is the host's, whose own loopback is 127.0.0.0/8 there.

import { writeSync } from 'node:fs';
import {
  Host,
  type Listener,
  type ListenOptions,
  type UdpOptions,
  type UdpSocket,
} from '../../host/index.ts';
import { register } from '../../socket/node/register.ts';
import { configurations, merged } from '../../socket/node/register-config.ts';
import { EXEC_VARIABLE, type ExecSettings, READY_FD } from './settings.ts';

/** Tells when somebody listens, or has a UDP socket with a port that others can know. */
class ExecHost extends Host {
  readonly #says: ExecSettings['says'];
  #said = false;

  constructor(says: ExecSettings['says']) {
    super({ name: 'synfin', profile: 'linux' });
    this.#says = says;
  }

  override listen(options: ListenOptions): Listener {
    const listener = super.listen(options);
    this.say('listening');
    return listener;
  }

  override udp(options: UdpOptions = {}): UdpSocket {
    const socket = super.udp(options);
    if ((options.port ?? 0) !== 0) this.say('listening');
    return socket;
  }

  say(what: 'up' | 'listening'): void {
    if (this.#said || this.#says !== what) return;
    this.#said = true;
    writeSync(READY_FD, `${what}\n`);
  }
}

const text = process.env[EXEC_VARIABLE];
// What this process starts is on the kernel of the namespace, also where it inherits `--import`.
delete process.env[EXEC_VARIABLE];
if (text !== undefined) await begin(JSON.parse(text) as ExecSettings);

async function begin(settings: ExecSettings): Promise<void> {
  const { says } = settings;
  // First this, while nobody has loaded net; then what loads it.
  const host = new ExecHost(says).unref();
  const registration = register({ host, networks: ['0.0.0.0/0', '::/0'], explain: false });
  const { faults, explain = false } = merged({}, configurations());
  // Before the device is taken away, which attach asks for: the kernel ends the connections of a process that ends.
  process.on('exit', () => {
    for (const connection of host.connections) connection.close();
  });
  const { attach } = await import('./attach.ts');
  await attach(host, { ...settings, faults: settings.faults ?? (faults && { seed: 1, ...faults }) });
  if (explain !== false) process.stderr.write(registration.explain(explain === true ? undefined : explain));
  host.say('up');
  if (says !== null) endWith(process.ppid);
}

/** Ends this process when its parent has. */
function endWith(parent: number): void {
  setInterval(() => {
    if (process.ppid !== parent) process.exit();
  }, 1000).unref();
}
