// The head of an HTTP/1.1 request: RFC 9112 (request line, fields, message body length), RFC 9110 (field values,
// expectations).

/** A request without its body. */
export interface RequestHead {
  readonly method: string;
  readonly target: string;
  /** Octets of body that follow. */
  readonly bodyLength: number;
  /** Whether the connection stays open after the answer. */
  readonly keepAlive: boolean;
  /** The client sends the body when it has seen 100 (RFC 9110 section 10.1.1). */
  readonly expectsContinue: boolean;
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** RFC 9110 section 5.5: a field value has no CR, LF or NUL, and no other control character but HTAB. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;
/** RFC 9110 section 5.6.3: optional whitespace is SP and HTAB; nothing else is trimmed. */
const OWS = /^[ \t]+|[ \t]+$/g;

/** The request line and headers, without the empty line, as a request; or the status code that refuses it. */
export function parseHead(text: string): RequestHead | number {
  const [first = '', ...lines] = text.split(/\r?\n/);
  const line = /^(\S+) ([\x21-\x7e]+) HTTP\/(\d)\.(\d)$/.exec(first);
  if (line === null || !TOKEN.test(line[1] as string)) return 400;
  if (line[3] !== '1') return 505;
  const minor = Number(line[4]);
  const headers = new Map<string, string>();
  for (const each of lines) {
    const colon = each.indexOf(':');
    const name = each.slice(0, Math.max(colon, 0)).toLowerCase();
    if (!TOKEN.test(name)) return 400; // also a folded line (RFC 9112 section 5.2)
    const value = each.slice(colon + 1).replace(OWS, '');
    if (CONTROL.test(value)) return 400;
    const before = headers.get(name);
    if (before !== undefined && (name === 'host' || (name === 'content-length' && before !== value)))
      return 400;
    headers.set(name, before === undefined || name === 'content-length' ? value : `${before}, ${value}`);
  }
  if (minor >= 1 && !headers.has('host')) return 400; // RFC 9112 section 3.2
  const length = headers.get('content-length');
  if (headers.has('transfer-encoding')) return length === undefined ? 411 : 400; // section 6.1
  if (length !== undefined && !/^\d{1,15}$/.test(length)) return 400;
  const expect = headers.get('expect')?.toLowerCase();
  if (expect !== undefined && expect !== '100-continue') return 417;
  const options = (headers.get('connection') ?? '').toLowerCase().split(/[ \t]*,[ \t]*/);
  return {
    method: line[1] as string,
    target: line[2] as string,
    bodyLength: Number(length ?? 0),
    expectsContinue: expect !== undefined && minor >= 1 && Number(length ?? 0) > 0,
    keepAlive: minor >= 1 ? !options.includes('close') : options.includes('keep-alive'),
  };
}

/** The path below the served directory that a target names, or null for a target that is none. */
export function pathOf(target: string): string | null {
  const origin = /^https?:\/\/[^/?#]*/i.exec(target);
  let path = origin === null ? target : target.slice(origin[0].length);
  path = path.replace(/[?#].*$/s, '');
  if (path === '' && origin !== null) path = '/';
  if (!path.startsWith('/')) return null;
  try {
    path = decodeURIComponent(path);
  } catch {
    return null;
  }
  if (path.includes('\0') || path.includes('\\')) return null;
  return path;
}
