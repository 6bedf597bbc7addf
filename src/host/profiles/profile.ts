// What a profile is: a choice of what the RFCs leave free, as a system has made it, each with its source.

import { type Rules, rfc9293, type TcpConfig } from '../../tcp/index.ts';

/** What a choice is about: a setting of TCP, or a rule. */
export type ChoiceName = keyof TcpConfig | keyof Rules;

/** A setting, or a rule in place of RFC 9293's. */
interface Choice<T> {
  readonly value: T;
  /** Where it is written: an RFC and its section, a sysctl of the system, a constant of its source. */
  readonly source: string;
}

/** The choices of one system, each with its source. */
export interface Choices {
  readonly tcp: { readonly [K in keyof TcpConfig]?: Choice<TcpConfig[K]> };
  readonly rules: { readonly [K in keyof Rules]?: Choice<Rules[K]> };
}

/** What an RFC leaves free, as one system does it: `new Host({ profile: 'linux' })`. */
export interface HostProfile {
  readonly name: 'rfc' | 'linux' | 'freebsd';
  /** Settings that differ from the defaults, or that are named because they are the system's own. */
  readonly tcp: Partial<TcpConfig>;
  /** RFC 9293's, with the system's own in the place of some. */
  readonly rules: Rules;
  /** Where each choice is written, settings first. */
  readonly sources: ReadonlyMap<ChoiceName, string>;
}

/** A profile of choices. */
export function profileOf(name: HostProfile['name'], { tcp, rules }: Choices): HostProfile {
  const values = (choices: object): object =>
    Object.fromEntries(Object.entries(choices).map(([key, { value }]) => [key, value]));
  const all = Object.entries({ ...tcp, ...rules }) as [ChoiceName, Choice<unknown>][];
  return {
    name,
    tcp: values(tcp),
    rules: Object.keys(rules).length === 0 ? rfc9293 : { ...rfc9293, ...values(rules) },
    sources: new Map(all.map(([key, { source }]) => [key, source])),
  };
}
