// Arguments that are addresses. Apart from the others: `synfin --help` reads none, and starts without the engine.

import { type IpAddress, parseAddress, parseCidr } from '../wire/index.ts';
import { UsageError } from './command.ts';

/** An IPv4 or IPv6 address. */
export function parseAddressArgument(text: string, what: string): IpAddress {
  const address = parseAddress(text);
  if (address === null) throw new UsageError('notAddress', { what, text });
  return address;
}

/** An address with its prefix length: `10.0.0.1/24`, `fd00::1/64`. */
export function parseCidrArgument(text: string, what: string): { address: IpAddress; prefix: number } {
  const cidr = parseCidr(text);
  if (cidr === null) throw new UsageError('notCidr', { what, text });
  return cidr;
}
