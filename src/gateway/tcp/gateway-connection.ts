// A connection that a guest wants, as a program may decide about it before its SYN is answered.

import type { Connection, SynRequest } from '../../host/index.ts';
import { describesItself } from '../../options/index.ts';
import { formatEndpoint } from '../../wire/index.ts';
import type { Guest } from '../lan/index.ts';
import type { ConnectionVerdict, DenyAnswer } from '../policy/index.ts';

/** What was decided. */
export type Decision =
  | { readonly kind: 'allow'; readonly to: { readonly address?: string; readonly port?: number } }
  | { readonly kind: 'deny'; readonly why: string; readonly answer: DenyAnswer | null }
  | { readonly kind: 'handle'; readonly handler: (connection: Connection) => void };

/** A guest's attempt to connect. The first of `allow`, `deny` and `handle` counts; without any the policy decides. */
export class GatewayConnection {
  static {
    describesItself(GatewayConnection);
  }
  readonly guest: Guest;
  /** What the guest dialled. */
  readonly address: string;
  readonly port: number;
  readonly sourceAddress: string;
  readonly sourcePort: number;
  /** Names that we have told the guest to lead to the address, the latest first. */
  readonly names: readonly string[];
  #verdict: ConnectionVerdict;
  /** @internal */
  decision: Decision | null = null;

  /** @internal */
  constructor(guest: Guest, request: SynRequest, names: readonly string[], verdict: ConnectionVerdict) {
    this.guest = guest;
    this.address = request.localAddress;
    this.port = request.localPort;
    this.sourceAddress = request.remoteAddress;
    this.sourcePort = request.remotePort;
    this.names = names;
    this.#verdict = verdict;
  }

  /** What the policy says. */
  get verdict(): ConnectionVerdict {
    return this.#verdict;
  }
  /** @internal */
  set verdict(verdict: ConnectionVerdict) {
    this.#verdict = verdict;
  }

  /** The name that led here, if one did. */
  get name(): string | undefined {
    return this.names[0];
  }

  /**
   * Connects outside, whatever the policy says of the address; to another address or port, if one is given. The first
   * octets are not looked at.
   */
  allow(to: { readonly address?: string; readonly port?: number } = {}): void {
    this.decision ??= { kind: 'allow', to };
  }

  /** Refuses; `answer` is how, by default as the policy says. */
  deny(why = 'program', answer: DenyAnswer | null = null): void {
    this.decision ??= { kind: 'deny', why, answer };
  }

  /**
   * The connection ends here: `handler` gets it when it is ESTABLISHED, and is its other side. In Node `toDuplex` of
   * `synfin/node` makes a net.Socket of it.
   */
  handle(handler: (connection: Connection) => void): void {
    this.decision ??= { kind: 'handle', handler };
  }

  /** One line: `GatewayConnection {vm1 10.0.2.15:40000 -> 192.0.2.1:443 (example.org), allow}`. */
  toString(): string {
    const from = formatEndpoint(this.sourceAddress, this.sourcePort);
    const to = formatEndpoint(this.address, this.port);
    const name = this.name === undefined ? '' : ` (${this.name})`;
    const verdict = this.verdict.allowed ? 'allow' : 'deny';
    return `GatewayConnection {${this.guest.name} ${from} -> ${to}${name}, ${verdict}}`;
  }
}
