// What goes wrong with a socket, as the Sockets API has it: a TypeError whose message says that it is a SocketError.

/**
 * An error of a {@link Socket} (WinterTC Sockets API, "SocketError"): a TypeError whose message begins with
 * `SocketError: `. `code` is the one that Node users know (ECONNREFUSED, ECONNRESET…), where there is one; `cause` the error
 * of the stack.
 */
export class SocketError extends TypeError {
  declare readonly code?: string;

  /** @internal */
  constructor(message: string, cause?: unknown) {
    super(`SocketError: ${message}`, cause === undefined ? {} : { cause });
    const { code } = (cause ?? {}) as { code?: unknown };
    if (typeof code === 'string') this.code = code;
  }
}

/** An error of a call as a SocketError. */
export function socketError(error: unknown): SocketError {
  if (error instanceof SocketError) return error;
  return new SocketError(error instanceof Error ? error.message : String(error), error);
}
