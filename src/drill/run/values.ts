// Arguments of system calls as values: symbols to numbers, structures to what the calls take.

import { constant, constants, type SocketAddress } from '../../socket/posix/index.ts';
import type { Expression, StructField } from '../ast.ts';
import { printExpression } from '../parse/print.ts';
import { UnsupportedError } from './result.ts';

type Struct = Expression & { readonly kind: 'struct' };

/** The number that `e` means. Throws UnsupportedError for what is none. */
export function numberOf(e: Expression): number {
  switch (e.kind) {
    case 'int':
      return e.value;
    case 'word': {
      const value = Object.hasOwn(constants, e.name) ? constants[e.name] : undefined;
      if (value === undefined) throw new UnsupportedError(`the symbol ${e.name}`);
      return value;
    }
    case 'binary':
      return or(numberOf(e.left), numberOf(e.right));
    case 'call':
      if (/^(htons|ntohs|htonl|ntohl)$/.test(e.name) && e.args.length === 1)
        return numberOf(e.args[0] as Expression);
      break;
    case 'list':
      if (e.items.length === 1) return numberOf(e.items[0] as Expression);
      break;
    default:
  }
  throw new UnsupportedError(`'${printExpression(e)}' as a number`);
}

/** `|` of numbers of up to 32 bits, unsigned. */
function or(a: number, b: number): number {
  return (a | b) >>> 0;
}

/** The text of a string literal; null for anything else. */
export function textOf(e: Expression | undefined): string | null {
  return e?.kind === 'string' ? e.value : null;
}

export function isEllipsis(e: Expression | undefined): boolean {
  return e === undefined || e.kind === 'ellipsis';
}

/** The field of a struct, by one of its names. */
export function fieldOf(s: Struct, ...names: readonly string[]): Expression | undefined {
  return s.fields.find((f: StructField) => f.name !== null && names.includes(f.name))?.value;
}

/** `[x]` and `x` are the same. */
export function single(e: Expression | undefined): Expression | undefined {
  return e?.kind === 'list' && e.items.length === 1 ? e.items[0] : e;
}

/** A socket address: null is AF_UNSPEC. `otherwise` is what `...` means. */
export function addressOf(e: Expression | undefined, otherwise: SocketAddress): SocketAddress | null {
  if (isEllipsis(e)) return otherwise;
  const s = single(e);
  if (s?.kind === 'word' && s.name === 'AF_UNSPEC') return null;
  if (s === undefined || s.kind !== 'struct')
    throw new UnsupportedError(`the address ${printExpression(e as Expression)}`);
  const family = fieldOf(s, 'sa_family', 'sin_family', 'sin6_family');
  if (family !== undefined && numberOf(family) === constant('AF_UNSPEC')) return null;
  const port = fieldOf(s, 'sin_port', 'sin6_port');
  return {
    address: ipOf(fieldOf(s, 'sin_addr', 'sin6_addr'), otherwise.address),
    port: isEllipsis(port) ? otherwise.port : numberOf(port as Expression),
  };
}

function ipOf(e: Expression | undefined, otherwise: string | null): string | null {
  if (e === undefined || e.kind === 'ellipsis') return otherwise;
  if (e.kind === 'word' && e.name === 'INADDR_ANY') return null;
  if (e.kind === 'word' && e.name === 'INADDR_LOOPBACK') return '127.0.0.1';
  const text = e.kind === 'call' ? textOf(e.args.at(-1)) : textOf(e);
  if (text === null) throw new UnsupportedError(`the address ${printExpression(e)}`);
  if (text === '0.0.0.0' || text === '::') return null;
  return text.replace(/^::ffff:(?=\d+\.)/i, '');
}

/** One element of an iovec. */
export interface IoElement {
  readonly base: Expression;
  readonly length: number;
}

/** `[{..., 1000}, {"abc", 3}]` */
export function iovec(e: Expression | undefined): IoElement[] {
  if (e?.kind !== 'list') throw new UnsupportedError('an iovec that is not a list');
  return e.items.map((item) => {
    const base = item.kind === 'struct' ? (fieldOf(item, 'iov_base') ?? item.fields[0]?.value) : undefined;
    const length = item.kind === 'struct' ? (fieldOf(item, 'iov_len') ?? item.fields[1]?.value) : undefined;
    if (base === undefined || length === undefined)
      throw new UnsupportedError(`the iovec ${printExpression(e)}`);
    return { base, length: numberOf(length) };
  });
}

/** `count` octets to send: the literal if there is one, else zeros. */
export function payload(e: Expression | undefined, count: number): Uint8Array {
  const text = textOf(e);
  const out = new Uint8Array(Math.max(0, count));
  if (text !== null) {
    for (let i = 0; i < Math.min(text.length, out.length); i++) out[i] = text.charCodeAt(i) & 0xff;
  }
  return out;
}
