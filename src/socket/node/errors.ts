// Errors of the stack as the numbers that a handle returns.

import { TcpError } from '../../tcp/index.ts';
import { isUvError, uvError } from './internals.ts';

/** What Linux calls an error that has another name here: an aborted connect is ECANCELED to Node. */
const NAMES: Readonly<Record<string, string>> = {
  EDESTADDRREQ: 'ECONNREFUSED',
  ENOPROTOOPT: 'ECONNREFUSED',
};

/** The number of an error that a call of the host threw, or that ended a connection. Throws what is no such error. */
export function errorNumber(error: unknown): number {
  if (!(error instanceof TcpError)) throw error;
  const code = NAMES[error.code] ?? error.code;
  return uvError(isUvError(code) ? code : 'EIO');
}
