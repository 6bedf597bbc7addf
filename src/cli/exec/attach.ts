// The TUN device of a process of `synfin exec`; apart from host.ts because what it imports loads net.

import type { Host } from '../../host/index.ts';
import type { TunDevice } from '../../link/tun/index.ts';
import { networkErrorText, openNetwork } from '../network.ts';
import { EXIT_FAILED, type ExecSettings } from './settings.ts';

/** Puts the host behind its device, which keeps no process alive. Ends the process when that cannot be. */
export async function attach(host: Host, settings: ExecSettings): Promise<void> {
  const { lang, tun } = settings;
  const say = (error: unknown): void => {
    const text = networkErrorText(lang, error, tun);
    if (text === null) throw error;
    process.stderr.write(`synfin exec: ${text}\n`);
  };
  try {
    const network = await openNetwork(settings, { name: host.name, host, onGone: say, onCaptureFailed: say });
    (network.attachment.device as TunDevice).unref();
    process.on('exit', () => network.close());
  } catch (error) {
    say(error);
    process.exit(EXIT_FAILED);
  }
}
