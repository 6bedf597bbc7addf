// What a gateway cannot do.

/** What a gateway cannot do; `code`: EEXIST, ENOBUFS, ENOTFOUND, ENOTSUP, ERR_CLOSED. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
