// The bounded models in which the engine is held against the theories that add to the base. (Those of the base theory are
// the checker's own.)

import type { ModelConfig } from '../../check/model/index.ts';

const FAST = { network: 'fast', losses: null, duplicates: 0 } as const;

/** With somebody off the path who forges. */
export const blindConfigs = {
  one: {
    id: 'forgery',
    about:
      'One connection, nothing said, and a segment of somebody off the path: before it, in it, or after it.',
    a: { opens: 1, closes: true },
    b: { listens: true, closes: true },
    ...FAST,
    losses: 1,
    injections: 1,
    forgeries: 'blind',
    incarnations: 2,
  },
  two: {
    id: 'forgeries',
    about: 'The same with two segments of somebody off the path.',
    a: { opens: 1, closes: true },
    b: { listens: true, closes: true },
    ...FAST,
    losses: 1,
    injections: 2,
    forgeries: 'blind',
    incarnations: 2,
  },
  active: {
    id: 'forgery-active',
    about: 'Both open at once, an octet from one of them, and a segment of somebody off the path.',
    a: { opens: 1, writes: 1, closes: true },
    b: { opens: 1, closes: true },
    ...FAST,
    losses: 1,
    injections: 1,
    forgeries: 'blind',
  },
  nobody: {
    id: 'forgeries-alone',
    about: 'A listener, and two segments of somebody off the path: nobody else is there.',
    a: {},
    b: { listens: true },
    ...FAST,
    injections: 2,
    forgeries: 'blind',
    incarnations: 2,
  },
} as const satisfies Record<string, ModelConfig>;

/** With programs that close one direction, or both. */
export const halfCloseConfigs = {
  quiet: {
    id: 'detach-quiet',
    about:
      'One connection, nothing said; both programs close one direction when they like, and may go away. Any loss.',
    a: { opens: 1, closes: true, detaches: true },
    b: { listens: true, closes: true, detaches: true },
    ...FAST,
    incarnations: 1,
  },
  late: {
    id: 'detach-late',
    about:
      'A client that may go away while the server writes an octet: text comes when nobody will read. Any loss.',
    a: { opens: 1, closes: true, detaches: true },
    b: { listens: true, writes: 1, closes: true },
    ...FAST,
    incarnations: 1,
  },
  both: {
    id: 'detach',
    about:
      'One connection, an octet each way; both programs close one direction when they like, and may go away. Any loss.',
    a: { opens: 1, writes: 1, closes: true, detaches: true },
    b: { listens: true, writes: 1, closes: true, detaches: true },
    ...FAST,
    incarnations: 1,
  },
  unread: {
    id: 'detach-unread',
    about:
      'A program that may go away with what it has not read yet; its peer writes an octet. Any loss, one duplicate.',
    a: { opens: 1, closes: true, detaches: true, reads: 'late' },
    b: { listens: true, writes: 1, closes: true },
    ...FAST,
    duplicates: 1,
    incarnations: 1,
  },
} as const satisfies Record<string, ModelConfig>;
