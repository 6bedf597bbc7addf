// What IP is asked to do with the packets of a connection (RFC 9293 section 3.9.1.9: MUST-48, MUST-49).

/** What IP is asked to do with the packets of a connection. */
export interface IpService {
  /** Time to live or hop limit, 1 to 255 (MUST-49). Default 64 (RFC 1122 section 3.2.1.7). */
  ttl?: number;
  /** The octet of Diffserv field and ECN, 0 to 255 (MUST-48). Default 0. */
  tos?: number;
}

/** Throws a RangeError for what is no octet of at least `least`. */
export function checkOctet(name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least || value > 255)
    throw new RangeError(`${name} must be a whole number from ${least} to 255, not ${value}`);
}

/** Time to live and hop limit where nothing else is asked for. */
export const DEFAULT_TTL = 64;
