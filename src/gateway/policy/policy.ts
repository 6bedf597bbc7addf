// What guests may do, judged four times: the name that is asked for, the addresses of the answer, the SYN (or the first
// datagram of a flow), and the name in the first octets of a connection.

import { list, oneOf, Schema, whole } from '../../options/index.ts';
import type { IpAddress } from '../../wire/index.ts';
import { type ClosedRange, closedRange } from './ranges.ts';
import { type PolicyRule, Rule, ruleList, type Subject } from './rule.ts';

/** How a guest is told that it may not: a RST (of a datagram: port unreachable), nothing, or an ICMP error. */
export type DenyAnswer = 'rst' | 'drop' | 'icmp';

/** What guests may do. */
export interface PolicyOptions {
  /**
   * What is allowed: `'*.npmjs.org:443'`, `'198.51.100.0/24'`, `'db.corp@10.1.0.0/16:5432'`, `'vm1>example.org'`, or
   * objects. With any, everything else is denied, names included, unless `otherwise` says so.
   */
  allow?: readonly (string | PolicyRule)[];
  /** What is denied whatever is allowed. */
  deny?: readonly (string | PolicyRule)[];
  /**
   * What no rule is about. Default: 'deny' when `allow` is given, else 'allow'. Loopback, link-local, private and metadata
   * addresses are denied either way unless a rule names them by an address or a network within their range.
   */
  otherwise?: 'allow' | 'deny';
  /** How it is told. Default 'rst'. */
  answer?: DenyAnswer;
  /**
   * An encrypted ClientHello (RFC 9849) on a connection that is allowed for its name alone: the name that counts cannot
   * be seen. 'allow' goes by the outer name. Default 'deny'.
   */
  encryptedHello?: 'allow' | 'deny';
  /**
   * Of a chain of aliases an answer is told when no name of it is denied ('follow', the default: who owns an allowed name
   * says where it leads), or only when all of its names are allowed ('strict').
   */
  aliases?: 'follow' | 'strict';
  /** Ports where names are looked for in a ClientHello, and in the Host of a request. Default [443] and [80]. */
  tlsPorts?: readonly number[];
  httpPorts?: readonly number[];
}

const portList = list(whole(1, 0xffff));

export const policyOptions = new Schema<PolicyOptions>('policy', {
  allow: ruleList,
  deny: ruleList,
  otherwise: oneOf('allow', 'deny'),
  answer: oneOf('rst', 'drop', 'icmp'),
  encryptedHello: oneOf('allow', 'deny'),
  aliases: oneOf('follow', 'strict'),
  tlsPorts: portList,
  httpPorts: portList,
});

/** What the policy says, and why: the rule as it was written, or what it goes by without one. */
export interface Verdict {
  readonly allowed: boolean;
  readonly rule: string;
}

/** The same of a connection. */
export interface ConnectionVerdict extends Verdict {
  /** What its first octets are to be looked at for; null: nothing. */
  readonly inspect: 'tls' | 'http' | null;
  /** It is allowed for its name alone: without one it is denied. */
  readonly byName: boolean;
}

/** A policy that can be asked. */
export class Policy {
  readonly answer: DenyAnswer;
  readonly #allow: readonly Rule[];
  readonly #deny: readonly Rule[];
  readonly #otherwise: 'allow' | 'deny';
  readonly #encryptedHello: 'allow' | 'deny';
  readonly #strict: boolean;
  readonly #tlsPorts: readonly number[];
  readonly #httpPorts: readonly number[];
  /** Names matter: the first octets are looked at. */
  readonly #hasNames: boolean;

  /** Throws TypeError, RangeError. */
  constructor(options: PolicyOptions = {}) {
    policyOptions.check(options);
    this.#allow = (options.allow ?? []).map((rule) => new Rule(rule));
    this.#deny = (options.deny ?? []).map((rule) => new Rule(rule, true));
    this.#otherwise = options.otherwise ?? (options.allow === undefined ? 'allow' : 'deny');
    this.answer = options.answer ?? 'rst';
    this.#encryptedHello = options.encryptedHello ?? 'deny';
    this.#strict = options.aliases === 'strict';
    this.#tlsPorts = options.tlsPorts ?? [443];
    this.#httpPorts = options.httpPorts ?? [80];
    this.#hasNames = [...this.#allow, ...this.#deny].some(({ name }) => name !== null);
  }

  /** Whether somebody who gets nothing has to be told so at the name: there is a list of what is allowed. */
  get isClosed(): boolean {
    return this.#otherwise === 'deny';
  }

  /** A question for a name, by its key. A name that may not be reached is not asked for either. */
  judgeName(guest: string, name: string): Verdict {
    const denied = this.#deny.find((rule) => rule.isWholeName && rule.mayMean(guest, name));
    if (denied !== undefined) return no(`deny ${denied.text}`);
    const allowed = this.#allow.find((rule) => rule.mayMean(guest, name));
    if (allowed !== undefined) return yes(`allow ${allowed.text}`);
    return this.#otherwise === 'allow' ? yes('otherwise allow') : no('otherwise deny');
  }

  /** An address of an answer; `names` are the keys of the question and of the aliases that lead to it, in order. */
  judgeAnswer(guest: string, names: readonly string[], address: IpAddress): Verdict {
    for (const [n, name] of names.entries()) {
      const verdict = this.judgeName(guest, name);
      if (!verdict.allowed && (n === 0 || this.#strict || verdict.rule !== 'otherwise deny')) return verdict;
    }
    const range = closedRange(address);
    if (range === null) return yes('public');
    const opened = this.#allow.find(
      (rule) =>
        rule.network !== null &&
        range.isNamedBy(rule.network) &&
        rule.holds(address) &&
        (rule.name === null ? this.#otherwise === 'allow' : names.some((name) => rule.isNamed(name))),
    );
    return opened === undefined ? no(`closed: ${range.what}`) : yes(`allow ${opened.text}`);
  }

  /** A SYN, or the first datagram of a flow. `subject.address` is known. */
  judge(subject: Subject): ConnectionVerdict {
    const { address } = subject;
    const denied = this.#deny.find((rule) => rule.matches(subject));
    if (denied !== undefined) return { ...no(`deny ${denied.text}`), ...UNSEEN };
    const range = subject.ofMachine === true ? THIS_MACHINE : address === null ? null : closedRange(address);
    const opens = (rule: Rule): boolean =>
      range === null || (rule.network !== null && range.isNamedBy(rule.network));
    const matching = this.#allow.filter((rule) => rule.matches(subject) && opens(rule));
    const allowed = matching.find(({ name }) => name === null) ?? matching[0];
    if (allowed !== undefined) {
      const byName = allowed.name !== null;
      return { ...yes(`allow ${allowed.text}`), byName, inspect: this.#inspects(subject, byName) };
    }
    if (range !== null) return { ...no(`closed: ${range.what}`), ...UNSEEN };
    if (this.#otherwise === 'deny') return { ...no('otherwise deny'), ...UNSEEN };
    return { ...yes('otherwise allow'), byName: false, inspect: this.#inspects(subject, false) };
  }

  #inspects({ port, protocol }: Subject, byName: boolean): 'tls' | 'http' | null {
    if (protocol !== 'tcp' || !(byName || this.#hasNames)) return null;
    if (this.#tlsPorts.includes(port)) return 'tls';
    return this.#httpPorts.includes(port) ? 'http' : null;
  }

  /**
   * The names in a ClientHello or a request, by their keys: all of them have to be allowed. `hidden`: there is another one that
   * cannot be seen.
   */
  judgeHello(subject: Subject, names: readonly string[], byName: boolean, hidden: boolean): Verdict {
    if (hidden && byName && this.#encryptedHello === 'deny') return no('encrypted hello');
    if (names.length === 0) return byName ? no('it asks for no name') : yes('no name');
    for (const name of names) {
      const named: Subject = { ...subject, names: [name] };
      const denied = this.#deny.find((rule) => rule.name !== null && rule.matches(named));
      if (denied !== undefined) return no(`deny ${denied.text}`);
      if (!byName) continue;
      if (!this.#allow.some((rule) => rule.name !== null && rule.matches(named)))
        return no(`it asks for ${name}`);
    }
    return yes('hello');
  }
}

/** Its addresses are its own affair, whichever they are: one is open when a rule has exactly it. */
const THIS_MACHINE: ClosedRange = {
  what: 'this machine',
  isNamedBy: ({ address, prefix }) => prefix === (address.family === 4 ? 32 : 128),
};

const UNSEEN = { byName: false, inspect: null } as const;

function yes(rule: string): Verdict {
  return { allowed: true, rule };
}

function no(rule: string): Verdict {
  return { allowed: false, rule };
}
