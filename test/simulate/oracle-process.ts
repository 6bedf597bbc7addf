// A process in a namespace: the server, or the client, which asks its parent for what is to be done between them.

import { once } from 'node:events';
import { look, type Size, type Stage, serve } from './oracle-program.ts';

const [, , role, server = '', size = 'short'] = process.argv;

const asked = (what: string) => async (): Promise<void> => {
  process.send?.(what);
  for (let said = ''; said !== what; ) [said] = (await once(process, 'message')) as [string];
};

if (role === 'server') {
  await serve();
  process.send?.('listens');
} else {
  const stage: Stage = {
    server,
    cut: asked('cut'),
    heal: asked('heal'),
    crash: asked('crash'),
    restart: asked('restart'),
  };
  process.send?.(await look(stage, size as Size), () => process.exit());
}
