// Errors as Direct Sockets name them: DOMExceptions, and JavaScript's own for options.

/** The DOMException of a call that failed: InvalidAccessError where it is forbidden, NetworkError for the rest. */
export function networkError(error: unknown): Error {
  if (error instanceof DOMException) return error;
  const { code, message } = error as { code?: string; message: string };
  const made = new DOMException(message, code === 'EACCES' ? 'InvalidAccessError' : 'NetworkError');
  return Object.defineProperty(made, 'cause', { value: error, configurable: true });
}

/** The error of `close` at the wrong time. */
export function invalidState(why: string): Error {
  return new DOMException(why, 'InvalidStateError');
}

/** A promise with its ends; nobody has to look at how it ends. */
export class Deferred<T> {
  readonly promise: Promise<T>;
  resolve!: (value: T) => void;
  reject!: (error: unknown) => void;

  constructor() {
    this.promise = new Promise<T>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.promise.catch(() => {});
  }
}
