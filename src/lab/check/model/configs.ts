// The bounded models that are searched, by name.

import type { ModelConfig } from './config.ts';

const CLIENT = { opens: 1, writes: 1, closes: true } as const;
const SERVER = { listens: true, writes: 1, closes: true } as const;

/** The named models. */
export const configs: readonly ModelConfig[] = [
  {
    id: 'handshake',
    about: 'Two incarnations of a client that may give up, and a server; nothing is said.',
    a: { opens: 2, aborts: true },
    b: { listens: true },
    network: 'fast',
    losses: null,
    duplicates: 1,
    incarnations: 2,
    fails: ['half-open, idle'],
  },
  {
    id: 'close-orders',
    about: 'One connection, one octet each way, both sides close when they like; any loss, one duplicate.',
    a: CLIENT,
    b: SERVER,
    network: 'fast',
    losses: null,
    duplicates: 1,
    incarnations: 1,
  },
  {
    id: 'closing',
    about: 'One connection, nothing said, both sides close when they like; any loss, one duplicate.',
    a: { opens: 1, closes: true },
    b: { listens: true, closes: true },
    network: 'fast',
    losses: null,
    duplicates: 1,
    incarnations: 1,
    fails: ['half-open, idle', 'FIN-WAIT-2 without the peer’s CLOSE'],
  },
  {
    id: 'closing-slow',
    about:
      'One connection, nothing said, both sides close when they like; any loss, and a packet may take an MSL, so that it meets what was retransmitted after it.',
    a: { opens: 1, closes: true },
    b: { listens: true, closes: true },
    network: 'slow',
    losses: null,
    duplicates: 0,
    incarnations: 1,
  },
  {
    id: 'half-close',
    about: 'A client that only listens to what the server has to say: one octet; both close when they like.',
    a: { opens: 1, closes: true },
    b: SERVER,
    network: 'fast',
    losses: null,
    duplicates: 1,
    incarnations: 1,
    fails: ['half-open, idle', 'FIN-WAIT-2 without the peer’s CLOSE'],
  },
  {
    id: 'close-orders-delayed',
    about:
      'One connection, one octet each way, both sides close when they like, ACKs delayed by 200 ms; any loss, one duplicate.',
    a: CLIENT,
    b: SERVER,
    network: 'fast',
    losses: null,
    duplicates: 1,
    incarnations: 1,
    tcp: { delayedAckMs: 200 },
  },
  {
    id: 'simultaneous-open',
    about: 'Both sides open actively; one octet from one of them; they close when they like.',
    a: { opens: 1, writes: 1, closes: true },
    b: { opens: 1, closes: true },
    network: 'fast',
    losses: null,
    duplicates: 0,
    fails: ['half-open, idle', 'FIN-WAIT-2 without the peer’s CLOSE'],
  },
  {
    id: 'two-incarnations',
    about:
      'Two incarnations of each side, two octets each way, two losses, one duplicate: old packets meet new.',
    a: { opens: 2, writes: 2, closes: true, aborts: true },
    b: { listens: true, writes: 2, closes: true },
    network: 'slow',
    losses: 2,
    duplicates: 1,
    incarnations: 2,
  },
  {
    id: 'old-duplicates',
    about:
      'Two incarnations of a client that writes one octet and closes or aborts; a server that only listens.',
    a: { opens: 2, writes: 1, closes: true, aborts: true },
    b: { listens: true, closes: true },
    network: 'fast',
    losses: 0,
    duplicates: 1,
    incarnations: 2,
  },
  {
    id: 'reincarnations',
    about: 'Two incarnations, one after the graceful end of the other; the client writes one octet in each.',
    a: { opens: 2, writes: 1, closes: true },
    b: { listens: true, closes: true },
    network: 'fast',
    losses: 0,
    duplicates: 1,
    flight: 5,
    incarnations: 2,
  },
  {
    id: 'assassination',
    about:
      'Two incarnations, one after the graceful end of the other; the client writes one octet in each. Two duplicates: one may end TIME-WAIT, and one come after it.',
    a: { opens: 2, writes: 1, closes: true },
    b: { listens: true, closes: true },
    network: 'fast',
    losses: 0,
    duplicates: 2,
    flight: 5,
    incarnations: 2,
  },
  {
    id: 'reopening',
    about:
      'Two connections of one four-tuple, nothing said, any loss: a SYN may find the old one in TIME-WAIT.',
    a: { opens: 2, closes: true },
    b: { listens: true, closes: true },
    network: 'fast',
    losses: null,
    duplicates: 0,
    incarnations: 2,
    fails: ['half-open, idle', 'FIN-WAIT-2 without the peer’s CLOSE'],
  },
  {
    id: 'aborts',
    about: 'One connection that either side may abort at any time, after an octet or none; any loss.',
    a: { opens: 1, writes: 1, closes: true, aborts: true },
    b: { listens: true, closes: true, aborts: true },
    network: 'fast',
    losses: null,
    duplicates: 0,
    incarnations: 1,
  },
  {
    id: 'attacker',
    about: 'One connection, and one forged RST or SYN near its window.',
    a: CLIENT,
    b: SERVER,
    network: 'fast',
    losses: 1,
    duplicates: 0,
    injections: 1,
    incarnations: 1,
  },
  {
    id: 'crash',
    about:
      'One host may crash and be up again, at any time; nothing is lost. Who sends nothing afterwards never learns of it.',
    a: { opens: 1, writes: 1 },
    b: { listens: true, writes: 1 },
    network: 'fast',
    losses: 0,
    duplicates: 0,
    crashes: 1,
    incarnations: 1,
    fails: ['half-open, idle'],
  },
  {
    id: 'patient',
    about:
      'One connection whose ends never give up: what is not sent again is never received. When every ACK of a FIN is lost for 2 MSL, nobody is left to repeat it: the assumption behind TIME-WAIT, seen from the other side.',
    a: { opens: 1, closes: true },
    b: { listens: true, closes: true },
    network: 'fast',
    losses: null,
    duplicates: 0,
    incarnations: 1,
    patient: true,
    fails: ['S4'],
  },
  {
    id: 'never-closes',
    about:
      'The server’s program never calls CLOSE: it stays in CLOSE-WAIT and the client in FIN-WAIT-2, since nothing in TCP ends either.',
    a: { opens: 1, closes: true },
    b: { listens: true },
    network: 'fast',
    losses: null,
    duplicates: 1,
    incarnations: 1,
    fails: ['half-open, idle', 'CLOSE-WAIT without CLOSE', 'FIN-WAIT-2 without the peer’s CLOSE'],
  },
  {
    id: 'closed-window',
    about:
      'A window of two octets, a reader that takes its time, any loss; nobody gives up (S4 fails as in `patient`).',
    a: { opens: 1, writes: 3, closes: true },
    b: { listens: true, closes: true, reads: 'late' },
    network: 'fast',
    losses: null,
    duplicates: 0,
    incarnations: 1,
    patient: true,
    tcp: { receiveBuffer: 2 },
    fails: ['S4', 'half-open, idle', 'FIN-WAIT-2 without the peer’s CLOSE'],
  },
  {
    id: 'flood',
    about:
      'A host with memory for three connections, a listener with room for two in SYN-RECEIVED, three SYNs from nowhere, and a client that is there.',
    a: { opens: 1, closes: true },
    b: { listens: true, closes: true },
    network: 'fast',
    losses: 1,
    duplicates: 0,
    incarnations: 2,
    flood: { syns: 3, backlog: 2, memory: 3 },
  },
];

/** The model of a name. Throws a RangeError for an unknown one. */
export function configNamed(id: string): ModelConfig {
  const found = configs.find((c) => c.id === id);
  if (found === undefined) {
    throw new RangeError(`no model '${id}': one of ${configs.map((c) => c.id).join(', ')}`);
  }
  return found;
}
