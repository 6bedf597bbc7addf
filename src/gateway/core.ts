// What the parts of a gateway ask of it.

import type { Host } from '../host/index.ts';
import type { AuditRecord } from './audit.ts';
import type { Guest, Lan } from './lan/index.ts';
import type { OuterTarget } from './outer.ts';
import type { ConnectionVerdict, Policy, Subject } from './policy/index.ts';

/** What the parts of a gateway share. */
export interface GatewayCore {
  readonly host: Host;
  readonly lan: Lan;
  readonly policy: Policy;
  /** Runs something after milliseconds of the host's time, unless what it returns is called. */
  after(ms: number, action: () => void): () => void;
  /** Milliseconds of the host's clock. */
  nowMs(): number;
  /** Keys of the names that the guest was told to lead to an address, the latest first. */
  namesOf(guest: Guest, address: string): readonly string[];
  /** An address of the gateway's own. */
  isOwn(address: string): boolean;
  /** What the policy says of a connection or flow to what the guest calls `address`. */
  judge(subject: Subject, address: string): ConnectionVerdict;
  /** Where that is outside. */
  outside(address: string, port: number): OuterTarget;
  audit(record: Omit<AuditRecord, 'atMs'>): void;
}
