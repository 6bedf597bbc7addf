// Programs on hosts trust the simulation's authority, as those of a company trust the company's.

import { currentLife } from '../life.ts';
import type { Changes } from './changes.ts';
import { nodeModule } from './modules.ts';

type CreateContext = (options?: { readonly ca?: unknown }) => {
  readonly context: { addCACert(pem: string): void };
};

/** From now on a context of a host that names no authorities of its own has this one, too; null: there is none. */
export function installTrust(authority: () => string | null, changes: Changes): void {
  const tls = nodeModule('tls') as unknown as { createSecureContext: CreateContext };
  const { createSecureContext } = tls;
  const create: CreateContext = (options) => {
    const made = createSecureContext(options);
    const trusted = currentLife() === null || options?.ca !== undefined ? null : authority();
    if (trusted !== null) made.context.addCACert(trusted);
    return made;
  };
  changes.put(tls, 'createSecureContext', create);
}
