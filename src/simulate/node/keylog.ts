// The secrets of TLS on hosts, as a key log: with them captures can be read.

import { currentLife } from '../life.ts';
import type { Changes } from './changes.ts';
import { nodeModule } from './modules.ts';

type Method = (this: KeyLogged, ...args: unknown[]) => unknown;
interface KeyLogged {
  on(event: 'keylog', listener: (line: Buffer) => void): unknown;
  readonly _tlsOptions?: { readonly isServer?: boolean };
}

/** From now on `told` hears of the secrets of every client on a host, a line each. */
export function installKeyLog(told: (line: string) => void, changes: Changes): void {
  const prototype = nodeModule('tls').TLSSocket.prototype as unknown as { _init?: Method };
  const { _init: init } = prototype;
  if (init === undefined) return;
  changes.put(prototype, '_init', function (this: KeyLogged, ...args: unknown[]) {
    const result = init.apply(this, args);
    if (currentLife() !== null && this._tlsOptions?.isServer !== true)
      this.on('keylog', (line) => told(line.toString('latin1')));
    return result;
  });
}
