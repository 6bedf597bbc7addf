// What is written down of what guests asked for, and what was said: plain data, a line of JSON each.

/** One line of the audit log. What does not apply is left out. */
export interface AuditRecord {
  /** Milliseconds of the gateway's clock. */
  readonly atMs: number;
  readonly event: 'name' | 'connect' | 'hello' | 'flow' | 'forward' | 'end';
  readonly guest: string;
  readonly protocol?: 'tcp' | 'udp';
  /** Where from, and where to. */
  readonly from?: string;
  readonly to?: string;
  /** The name that was asked for, or that led there. */
  readonly name?: string;
  readonly verdict?: 'allow' | 'deny' | 'handle';
  /** Why: the rule as it was written, or what it goes by without one. */
  readonly rule?: string;
  /** What outside said: ECONNREFUSED, ETIMEDOUT… */
  readonly error?: string;
  /** Octets from the guest and to it. */
  readonly sent?: number;
  readonly received?: number;
}

/** A line of the log: JSON with a line feed. */
export function auditLine(record: AuditRecord): string {
  return `${JSON.stringify(record)}\n`;
}
