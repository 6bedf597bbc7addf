// Which steps of a theory each event of the engine may be: a segment never lets a program call, and nothing but a timer, a
// program or a crash lets a connection end without a word.

import type { View } from './abstraction.ts';

/** What may happen to a host. `detach`: its program closes both directions; `forged …`: a segment of nobody arrives. */
export type EngineEvent =
  | 'open'
  | 'write'
  | 'close'
  | 'detach'
  | 'abort'
  | 'read'
  | 'segment'
  | 'forged RST'
  | 'forged SYN'
  | 'forged ACK'
  | 'timer'
  | 'crash'
  | 'flood';

type Allowed = Readonly<Partial<Record<EngineEvent, readonly string[]>>>;

/** What any TCP may send while it is at it. */
const SENDS = ['SYN again', 'SYN,ACK again', 'ACK', 'octet', 'FIN sent'];

/** What each event may be in the base theory. */
const BASE: Readonly<Record<EngineEvent, readonly string[]>> = {
  open: ['OPEN', ...SENDS],
  write: ['SEND', ...SENDS],
  // CLOSE in SYN-SENT deletes the TCB (3.10.4).
  close: ['CLOSE', 'gone', ...SENDS],
  // What was not read is answered by a RST.
  detach: ['CLOSE', 'gone', 'ABORT', ...SENDS],
  abort: ['ABORT', 'gone'],
  read: SENDS,
  segment: [
    'LISTEN: SYN',
    'SYN-SENT: SYN,ACK',
    'SYN-SENT: SYN',
    'SYN-RECEIVED: ACK',
    'SYN-RECEIVED: SYN,ACK',
    'FIN-WAIT-1: ACK of the SYN',
    'text',
    'text in order',
    'ACK of the FIN',
    'FIN',
    'FIN in order',
    'nobody: ACK',
    'nobody: SYN,ACK',
    'CLOSED: SYN',
    'SYN-SENT: ACK of another',
    'SYN-RECEIVED: ACK of another',
    'SYN-SENT: RST',
    'RST',
    ...SENDS,
  ],
  'forged RST': [],
  'forged SYN': [],
  'forged ACK': [],
  // R2, and what ends FIN-WAIT-2; with a RST or without.
  timer: ['2 MSL', 'gone', 'ABORT', ...SENDS],
  crash: ['gone'],
  // SYNs from elsewhere are of other connections.
  flood: [],
};

/** What each may be beside in the theories that add to it. */
const MORE: Readonly<Record<string, Allowed>> = {
  blind: {
    'forged RST': ['forged RST'],
    'forged SYN': [
      'LISTEN: forged SYN',
      'SYN-SENT: forged SYN',
      'forged SYN',
      'forged SYN refused',
      'SYN,ACK again',
    ],
    'forged ACK': ['forged ACK', 'forged ACK refused'],
  },
  'half-close': { detach: ['CLOSE of both'], segment: ['text refused'] },
  cookies: {
    segment: [
      'LISTEN: SYN, cookie',
      'LISTEN: SYN, cookie again',
      'LISTEN: ACK of a cookie',
      'LISTEN: ACK of no cookie',
    ],
    timer: ['cookie over'],
  },
  fast: {
    // The text of the first SEND goes with the SYN.
    open: ['SEND', 'SYN with text'],
    segment: ['text of a SYN', 'text of a SYN in order'],
  },
};

/** The names of the actions that an event may be in a theory. */
export function allowedIn(theory: string, event: EngineEvent): readonly string[] {
  return [...BASE[event], ...(MORE[theory]?.[event] ?? [])];
}

/** What the state before, one kind of segment, and a CLOSE that has waited, allow beside. */
export function allowedBeside(event: EngineEvent, before: View, syn: boolean): readonly string[] {
  const names: string[] = [];
  // A SYN ends a connection in SYN-RECEIVED (3.10.7.4 fourth), and one in TIME-WAIT that makes room for the next (3.6.1).
  if (syn && before.state === 'SYN_RECEIVED') names.push('gone');
  const makesRoom = before.state === 'TIME_WAIT' && (syn || event === 'open');
  if (before.waitOver || makesRoom) names.push('2 MSL');
  if (event === 'segment' && before.closeWaits) names.push('CLOSE', 'CLOSE of both');
  return names;
}
