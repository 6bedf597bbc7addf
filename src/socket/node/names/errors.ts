// What goes wrong with names: the codes of c-ares, which Node's dns.resolve* give on, and those of getaddrinfo.

/** A question that was not answered; `code` as c-ares says it: ENOTFOUND, ENODATA, ESERVFAIL, ETIMEOUT… */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** A name without an address; `code` as getaddrinfo says it: EAI_NONAME, EAI_NODATA, EAI_AGAIN… */
export class LookupError extends Error {
  override readonly name = 'LookupError';
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** What c-ares makes of a response's code. */
export function codeOfResponse(rcode: string): string | null {
  switch (rcode) {
    case 'NOERROR':
      return null;
    case 'NXDOMAIN':
      return 'ENOTFOUND';
    case 'FORMERR':
      return 'EFORMERR';
    case 'NOTIMP':
      return 'ENOTIMP';
    case 'REFUSED':
      return 'EREFUSED';
    default:
      return 'ESERVFAIL';
  }
}
