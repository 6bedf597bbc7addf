// docs/tcb.md: what a TCB holds, from its schema and the comments of its fields. `npm run tcb:docs` writes it.

import { readFileSync, writeFileSync } from 'node:fs';
import { SCHEMA } from '../src/tcp/index.ts';

const CLASSES: Readonly<Record<string, string>> = {
  tcb: 'Tcb',
  snd: 'SendSequence',
  rcv: 'ReceiveSequence',
  rto: 'RetransmissionTimeout',
  cc: 'CongestionState',
  timer: 'Timers',
  sent: 'Sent',
  outOfOrder: 'OutOfOrder',
  mtuSearch: 'MtuSearch',
  accEcn: 'AccEcn',
  memory: 'ReceiveMemory',
};

/** The comment before field `name` in the text of a class; '' when it has none. */
function comment(body: string, name: string): string {
  const found = body.match(new RegExp(`/\\*\\*((?:(?!\\*/)[^])*)\\*/\\n {2}${name}\\b`));
  return (found?.[1] ?? '')
    .replace(/\n \s*\*/g, '')
    .replace(/\{@link (\w+)\}/g, '$1')
    .trim();
}

/** The sources that the classes are in, one after the other. */
export function tcbSource(): string {
  return ['tcb.ts', 'sent.ts', 'out-of-order.ts', 'acc-ecn.ts', 'receive-memory.ts']
    .map((file) => readFileSync(new URL(`../src/tcp/tcb/${file}`, import.meta.url), 'utf8'))
    .join('\n');
}

/** The page; `source` is the text of {@link tcbSource}. */
export function tcbPage(source: string): string {
  const lines = [
    '# The transmission control block',
    '',
    'What one connection remembers (RFC 9293 section 3.3.1), as plain data of 32-bit integers: the fields of `tcb.ts`, `sent.ts`,',
    '`out-of-order.ts`, `acc-ecn.ts` and `receive-memory.ts` in `src/tcp/tcb/`, by the schema in `schema.ts` beside them. This page is generated: `npm run tcb:docs`.',
  ];
  for (const [part, rows] of Object.entries(SCHEMA)) {
    const name = CLASSES[part] as string;
    const from = source.indexOf(`export class ${name} {`);
    const body = source.slice(from, source.indexOf('\n}', from));
    lines.push(
      '',
      `## ${part === 'tcb' ? 'tcb' : `tcb.${part}`}`,
      '',
      '| Field | Kind | In the RFCs | |',
      '|---|---|---|---|',
    );
    for (const [field, [kind, rfcName = '']] of Object.entries(rows)) {
      lines.push(`| \`${field}\` | ${kind} | ${rfcName} | ${comment(body, field).replaceAll('|', '\\|')} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}

if (import.meta.main) {
  writeFileSync(new URL('../docs/tcb.md', import.meta.url), tcbPage(tcbSource()));
}
