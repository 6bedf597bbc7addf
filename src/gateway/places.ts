// Where a gateway is on its guests' network: its addresses, and its DNS server's.

import { outOfRange, wrongKind } from '../options/index.ts';
import {
  addressFromWords,
  type Cidr,
  type IpAddress,
  type MacAddress,
  networkOf,
  parseAddress,
  parseCidr,
  parseMac,
} from '../wire/index.ts';
import type { GatewayOptions } from './options.ts';

const NETWORK = '10.0.2.0/24';
const NETWORK6 = 'fd00::/64';
export const MAC = '52:55:0a:00:02:02';

/** Networks, and what is where; null: there is no IPv6. */
export interface Places {
  readonly mac: MacAddress;
  readonly net: Cidr;
  readonly net6: Cidr | null;
  readonly gateway: IpAddress;
  readonly dns: IpAddress;
  readonly gateway6: IpAddress | null;
  readonly dns6: IpAddress | null;
  /** Link-local, of the gateway. */
  readonly router: IpAddress;
}

/** The second address of a network is the gateway, the third DNS. Throws TypeError, RangeError. */
export function placesOf({ mac = MAC, network = NETWORK, network6 = NETWORK6 }: GatewayOptions): Places {
  const net = networkFrom(network, 4);
  const net6 = network6 === null ? null : networkFrom(network6, 6);
  return {
    mac: macOf(mac),
    net,
    net6,
    gateway: nth(net, 2),
    dns: nth(net, 3),
    gateway6: net6 === null ? null : nth(net6, 2),
    dns6: net6 === null ? null : nth(net6, 3),
    router: nth({ address: parseAddress('fe80::') as IpAddress, prefix: 64 }, 2),
  };
}

function macOf(text: string): MacAddress {
  const mac = parseMac(text);
  if (mac === null) throw wrongKind('Gateway', 'mac', text, "an Ethernet address, like '52:55:0a:00:02:02'");
  return mac;
}

/** A network of guests. Throws TypeError, RangeError. */
function networkFrom(text: string, family: 4 | 6): Cidr {
  const option = family === 4 ? 'network' : 'network6';
  const cidr = parseCidr(text);
  if (cidr === null || cidr.address.family !== family)
    throw wrongKind('Gateway', option, text, family === 4 ? "like '10.0.2.0/24'" : "like 'fd00::/64'");
  const fits = family === 4 ? cidr.prefix >= 8 && cidr.prefix <= 28 : cidr.prefix === 64;
  if (!fits)
    throw outOfRange(
      'Gateway',
      option,
      text,
      family === 4 ? 'a prefix of 8 to 28 bits' : 'a prefix of 64 bits',
    );
  return { address: networkOf(cidr.address, cidr.prefix), prefix: cidr.prefix };
}

/** The n-th address of a network. */
function nth({ address: { family, w0, w1, w2, w3 } }: Cidr, n: number): IpAddress {
  return addressFromWords(family, w0, w1, w2, w3 + n);
}
