// What a simulation changes in Node: only for programs on hosts, and until its end.

import { Host } from '../../host/index.ts';
import type { World } from '../../sim/index.ts';
import { register } from '../../socket/node/index.ts';
import type { Loop } from '../loop.ts';
import { Changes } from './changes.ts';
import { installClocks } from './clock.ts';
import { installFetch } from './fetch.ts';
import { type Foreign, installHooks } from './hooks.ts';
import { installHttp, installHttp2 } from './http.ts';
import { installInstances } from './instances.ts';
import { installKeyLog } from './keylog.ts';
import { nodeModule } from './modules.ts';
import { type Ending, installProcess } from './process.ts';
import { installRandom } from './random.ts';
import { installTickets } from './tickets.ts';
import { Timers } from './timers.ts';
import { installTrust } from './trust.ts';

export { Changes } from './changes.ts';
export { FOREIGN } from './hooks.ts';
export { immediatesWait } from './immediates.ts';
export { isOfProcess, SIGNALS, takesSignal, tellProcess } from './process.ts';
export { VirtualTimer } from './timers.ts';

// The pool becomes a queue: a job that is done says that all before it are. It is made with its first job.
process.env['UV_THREADPOOL_SIZE'] ??= '1';

/** What is installed. */
export interface Installed {
  /** What takes a moment. */
  readonly ready: Promise<void>;
  undo(): void;
}

/** What a simulation wants. */
export interface Wanted {
  readonly world: World;
  readonly loop: Loop;
  /** The wall clock at the beginning, ms. */
  readonly beginMs: number;
  /** Whether programs have modules of their own. */
  readonly ownModules: boolean;
  /** Told of a line of the key log. */
  secret(line: string): void;
  /** The authority that hosts trust, in PEM; null: there is none. */
  authority(): string | null;
  readonly foreign: Foreign;
  readonly ending: Ending;
}

/** Installs it all. @throws RegisteredError when synfin is registered, MissingInternalError */
export function install(wanted: Wanted): Installed {
  const { world, loop, beginMs, ownModules, secret, authority, foreign, ending } = wanted;
  const registration = register({
    host: new Host({ name: 'nowhere' }),
    networks: [],
    listenOnAny: false,
    hosts: {},
    servers: [],
    explain: false,
  });
  void [process.stdout, process.stderr]; // made now, for programs that print
  const changes = new Changes();
  changes.also(() => registration.undo());
  try {
    const timers = new Timers(world, loop, changes);
    changes.also(() => timers.end());
    installHttp(changes);
    installFetch(changes);
    installClocks(world, beginMs, changes);
    installProcess(ending, changes);
    installRandom(changes);
    installKeyLog(secret, changes);
    installTrust(authority, changes);
    installTickets(changes);
    if (ownModules) installInstances(changes);
    installHooks(loop, timers, foreign, changes);
    const { syncBuiltinESMExports } = nodeModule('module');
    syncBuiltinESMExports();
    changes.also(syncBuiltinESMExports);
    return { ready: installHttp2(changes), undo: () => changes.undo() };
  } catch (error) {
    changes.undo();
    throw error;
  }
}
