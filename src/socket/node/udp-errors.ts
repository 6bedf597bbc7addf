// Errors of UDP sockets as the numbers that a handle returns.

import { TcpError } from '../../tcp/index.ts';
import { uvError } from './internals.ts';

/** The number of an error that a call of a UDP socket threw. */
export function datagramError(error: unknown): number {
  if (error instanceof TcpError) return uvError(error.code);
  if (error instanceof TypeError || error instanceof RangeError) return uvError('EINVAL');
  throw error;
}
