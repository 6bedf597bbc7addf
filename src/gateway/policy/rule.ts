// A rule of the policy: what it is about, as text ('*.npmjs.org:443') or as an object.

import { either, list, nested, OptionTypeError, oneOf, Schema, text, whole } from '../../options/index.ts';
import { isHostName, nameKey } from '../../socket/dns/index.ts';
import { type Cidr, type IpAddress, inPrefix, parseAddress, parseCidr } from '../../wire/index.ts';

/** What a rule is about; everything that is given has to hold. */
export interface PolicyRule {
  /**
   * A name, or `*.` and a name for everything below it (not the name itself); `*`: every name. Case and a dot at the end
   * do not matter.
   */
  name?: string;
  /**
   * An address or a network, `10.1.0.0/16`. With a name: the name's addresses must be in it, which is how a name that
   * leads into a private range is opened.
   */
  address?: string;
  /** One, or a range `'8000-8999'`. Default: every port. */
  port?: number | string;
  /** Default: of a rule that allows a name TCP, as nothing in a datagram says its name; else both. */
  protocol?: 'tcp' | 'udp' | 'any';
  /** Of this guest only. */
  guest?: string;
}

/** Options as they are checked. */
export const ruleOptions = new Schema<PolicyRule>('rule', {
  name: text,
  address: text,
  port: either(whole(1, 0xffff), text),
  protocol: oneOf('tcp', 'udp', 'any'),
  guest: text,
});

/** Rules as options have them: texts and objects. */
export const ruleList = list(either(text, nested(ruleOptions)));

/** What is asked of a rule. */
export interface Subject {
  readonly guest: string;
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  /** null: not known yet (a question for a name). */
  readonly address: IpAddress | null;
  /** Keys of the names that lead to the address. */
  readonly names: readonly string[];
  /** The address is one of the machine that the gateway runs on. */
  readonly ofMachine?: boolean;
}

/** A rule that can be asked. */
export class Rule {
  /** As it was written. */
  readonly text: string;
  /** null: of no name. */
  readonly name: string | null;
  readonly #below: boolean;
  readonly network: Cidr | null;
  readonly #first: number;
  readonly #last: number;
  readonly #protocol: 'tcp' | 'udp' | 'any';
  readonly #guest: string | null;

  /** `denies`: a name means datagrams, too. Throws TypeError for what is no rule. */
  constructor(given: PolicyRule | string, denies = false) {
    const rule = typeof given === 'string' ? parseRuleText(given) : given;
    ruleOptions.check(rule);
    this.text = typeof given === 'string' ? given : textOf(given);
    const { name, address, port, protocol, guest } = rule;
    if (name === undefined && address === undefined && port === undefined && guest === undefined)
      throw wrong(given, 'says nothing: give a name, an address, a port or a guest');
    this.#below = name?.startsWith('*') ?? false;
    this.name = name === undefined ? null : checkedName(name, given);
    this.network = address === undefined ? null : networkOf(address, given);
    [this.#first, this.#last] = portsOf(port, given);
    this.#protocol = protocol ?? (name === undefined || denies ? 'any' : 'tcp');
    this.#guest = guest ?? null;
  }

  /** Whether it is about who asks, and how. */
  #concerns({ guest, protocol, port }: Subject): boolean {
    if (this.#guest !== null && this.#guest !== guest) return false;
    if (this.#protocol !== 'any' && this.#protocol !== protocol) return false;
    return port >= this.#first && port <= this.#last;
  }

  /** Whether it is about the subject. A rule with a name holds when one of the subject's names is meant. */
  matches(subject: Subject): boolean {
    if (!this.#concerns(subject)) return false;
    if (this.network !== null && (subject.address === null || !this.holds(subject.address))) return false;
    return this.name === null || subject.names.some((name) => this.isNamed(name));
  }

  /** Whether some connection to the name could be meant, whatever its port and address. */
  mayMean(guest: string, name: string): boolean {
    if (this.#guest !== null && this.#guest !== guest) return false;
    return this.name !== null && this.isNamed(name);
  }

  /** It is about a name with all that it has, and no port or address of it alone. */
  get isWholeName(): boolean {
    const all = this.#first <= 1 && this.#last === 0xffff && this.network === null;
    return this.name !== null && all;
  }

  /** `name`: a key. */
  isNamed(name: string): boolean {
    if (this.name === null) return false;
    if (!this.#below) return name === this.name;
    return this.name === '' || name.endsWith(`.${this.name}`);
  }

  /** Whether an address is in the rule's network. */
  holds({ w0, w1, w2, w3 }: IpAddress): boolean {
    return this.network === null || inPrefix(w0, w1, w2, w3, this.network.address, this.network.prefix);
  }
}

function wrong(given: PolicyRule | string, what: string): OptionTypeError {
  const shown = typeof given === 'string' ? `'${given}'` : textOf(given);
  return new OptionTypeError('ERR_INVALID_ARG_VALUE', 'rule', `rule ${shown} ${what}`);
}

function textOf({ name, address, port, protocol, guest }: PolicyRule): string {
  const where = [name, address].filter((part) => part !== undefined).join('@');
  return `${guest === undefined ? '' : `${guest}>`}${where}${port === undefined ? '' : `:${port}`}${protocol === undefined ? '' : `/${protocol}`}`;
}

/** `[guest>][name][@network][:port[-port]][/protocol]`; IPv6 addresses in brackets when a port follows. */
function parseRuleText(text: string): PolicyRule {
  const parts = /^(?:([^>\s]+)>)?([^>\s]*?)(?:\/(tcp|udp|any))?$/i.exec(text);
  if (parts === null) throw wrong(text, FORM);
  const [, guest, what = '', protocol] = parts;
  const place = isAddress(what) ? { address: what } : parsePlace(what, text);
  return {
    ...(guest === undefined ? {} : { guest }),
    ...place,
    ...(protocol === undefined ? {} : { protocol: protocol.toLowerCase() as 'tcp' | 'udp' | 'any' }),
  };
}

const FORM = 'is none: write name:port, address/prefix:port, *.name:port/udp';

/** A name or an address, of a name a network, and a port. */
function parsePlace(what: string, text: string): PolicyRule {
  const [named = '', whole = ''] = what.split(/@(.*)/);
  if (isAddress(whole) && !isAddress(named)) return { name: named, address: whole };
  const parts =
    /^(\[[^\]]*\](?:\/\d+)?|[^@:[\]]*)(?:@(\[[^\]]*\](?:\/\d+)?|[^@[\]]*?))?(?::([\d-]+|\*))?$/.exec(what);
  if (parts === null) throw wrong(text, FORM);
  const bare = (address: string): string => address.replace(/[[\]]/g, '');
  const [, first = '', network, port] = parts;
  const isNetwork = first.startsWith('[') || isAddress(first);
  if (isNetwork && network !== undefined) throw wrong(text, 'has an address for a name');
  return {
    ...(first === '' ? {} : isNetwork ? { address: bare(first) } : { name: first }),
    ...(network === undefined ? {} : { address: bare(network) }),
    ...(port === undefined || port === '*' ? {} : { port }),
  };
}

function isAddress(text: string): boolean {
  return (parseAddress(text) ?? parseCidr(text)) !== null;
}

/** The key of a rule's name, without its star. */
function checkedName(name: string, given: PolicyRule | string): string {
  const key = nameKey(name);
  const plain = key.startsWith('*.') ? key.slice(2) : key === '*' ? '' : key;
  if (plain.includes('*')) throw wrong(given, "has a star elsewhere than in front: '*.example.org'");
  if (plain !== '' && !isHostName(plain)) throw wrong(given, 'has no name that could be asked for');
  if (plain !== '' && (parseAddress(plain) !== null || /^[\d.]+$/.test(plain)))
    throw wrong(given, 'has an address for a name');
  return plain;
}

function networkOf(address: string, given: PolicyRule | string): Cidr {
  const single = parseAddress(address);
  const network =
    single === null ? parseCidr(address) : { address: single, prefix: single.family === 4 ? 32 : 128 };
  if (network === null) throw wrong(given, `has '${address}', which is no address and no network`);
  return network;
}

function portsOf(port: number | string | undefined, given: PolicyRule | string): [number, number] {
  if (port === undefined) return [0, 0xffff];
  const ends = /^(\d+)(?:-(\d+))?$/.exec(`${port}`);
  const first = Number(ends?.[1]);
  const last = Number(ends?.[2] ?? ends?.[1]);
  if (ends === null || first < 1 || last > 0xffff || last < first)
    throw wrong(given, `has '${port}', which is no port and no range of ports`);
  return [first, last];
}
