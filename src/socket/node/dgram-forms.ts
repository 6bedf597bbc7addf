// What a dgram.Socket holds and does not show, without loading dgram: its handle, and how it is given another one.

import type * as Dgram from 'node:dgram';
import { MissingInternalError, symbolOf } from './internals.ts';
import type { DatagramHandle } from './udp-types.ts';

/** What dgram.js sets of a handle beside what it calls: a udp6 socket calls `bind6` by the name of `bind`. */
export interface HandleInside extends DatagramHandle {
  lookup?: unknown;
}

/** What dgram.js keeps of a socket. */
interface StateInside {
  /** null: closed. */
  handle: HandleInside | null;
  /** 0: not yet. */
  readonly bindState: number;
}

/** What a dgram.Socket keeps. Throws a {@link MissingInternalError}. */
export function stateOf(socket: Dgram.Socket): StateInside {
  const symbol = symbolOf(socket, 'state symbol');
  const state: unknown = symbol === null ? undefined : (socket as unknown as Record<symbol, unknown>)[symbol];
  if (typeof state !== 'object' || state === null || !('handle' in state))
    throw new MissingInternalError(
      `this Node (${process.version}) does not show the handle of a dgram.Socket`,
    );
  return state as StateInside;
}

/** Gives a socket that is not bound yet another handle. One that was closed, by a signal, stays so. */
export function giveDatagramHandle(socket: Dgram.Socket, handleOf: () => DatagramHandle): void {
  const state = stateOf(socket);
  const before = state.handle;
  if (before === null) return;
  const handle: HandleInside = handleOf();
  handle.lookup = before.lookup;
  if ((socket as unknown as { readonly type: string }).type === 'udp6') {
    handle.bind = handle.bind6;
    handle.connect = handle.connect6;
    handle.send = handle.send6;
  }
  const owner = symbolOf(before, 'owner_symbol');
  if (owner === null)
    throw new MissingInternalError(`this Node (${process.version}) does not show whose a UDP handle is`);
  (handle as unknown as Record<symbol, unknown>)[owner] = socket;
  if (!before.hasRef()) handle.unref();
  before.close();
  state.handle = handle;
}
