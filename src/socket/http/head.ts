// The heads of HTTP/1.1 messages: RFC 9112 (start lines, fields, message body length), RFC 9110 (field values,
// expectations). What two readers could understand differently is refused (RFC 9112 section 11.2).

/** A field: its name in small letters, its value without whitespace around it. */
export type Field = readonly [name: string, value: string];

/** How a body ends: after so many octets, by its chunks, or with the connection. */
export type Framing = number | 'chunked' | 'close';

/** A request without its body. */
export interface RequestHead {
  readonly method: string;
  readonly target: string;
  /** In the order in which they came. */
  readonly fields: readonly Field[];
  readonly host: string | undefined;
  /** 1 for HTTP/1.1. */
  readonly minor: number;
  readonly body: number | 'chunked';
  /** Whether the connection stays open after the answer. */
  readonly keepAlive: boolean;
  /** The client sends the body when it has seen 100 (RFC 9110 section 10.1.1). */
  readonly expectsContinue: boolean;
}

/** A response without its body. */
export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  readonly fields: readonly Field[];
  readonly body: Framing;
  readonly keepAlive: boolean;
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** RFC 9110 section 5.5, RFC 9112 section 4: HTAB, SP, VCHAR and obs-text, which is all that a field value or a reason has. */
const FIELD_TEXT = /^[\t\x20-\x7e\x80-\xff]*$/;
/** RFC 9110 section 5.6.3: optional whitespace is SP and HTAB; nothing else is trimmed. */
const OWS = /^[ \t]+|[ \t]+$/g;

/** The request line and fields, without the empty line, as a request; or the status code that refuses it. */
export function parseRequestHead(text: string): RequestHead | number {
  const [first = '', ...lines] = text.split(/\r?\n/);
  const line = /^(\S+) ([\x21-\x7e]+) HTTP\/(\d)\.(\d)$/.exec(first);
  if (line === null || !TOKEN.test(line[1] as string)) return 400;
  if (line[3] !== '1') return 505;
  const minor = Number(line[4]);
  const fields = parseFields(lines);
  if (fields === null) return 400;
  const hosts = valuesOf(fields, 'host');
  if (hosts.length > 1 || (hosts.length === 0 && minor >= 1)) return 400; // RFC 9112 section 3.2
  const framing = framingOf(fields, minor);
  if (framing === 'wrong') return 400;
  if (framing === 'unknown') return 501; // RFC 9112 section 6.1
  const body = framing ?? 0;
  const expect = valuesOf(fields, 'expect').join(', ').toLowerCase();
  if (expect !== '' && expect !== '100-continue') return 417;
  return {
    method: line[1] as string,
    target: line[2] as string,
    fields,
    host: hosts[0],
    minor,
    body,
    expectsContinue: expect !== '' && minor >= 1 && body !== 0,
    keepAlive: keepsAlive(fields, minor),
  };
}

/** The status line and fields as the response to a request with `method`; null: it is none. */
export function parseResponseHead(text: string, method: string): ResponseHead | null {
  const [first = '', ...lines] = text.split(/\r?\n/);
  const line = /^HTTP\/1\.(\d) (\d{3})(?: (.*))?$/.exec(first);
  const fields = parseFields(lines);
  if (line === null || fields === null || !FIELD_TEXT.test(line[3] ?? '')) return null;
  const [minor, status] = [Number(line[1]), Number(line[2])];
  // RFC 9112 section 6.3: these have none, whatever their fields say.
  const none = method === 'HEAD' || status < 200 || status === 204 || status === 304;
  const framing = none ? 0 : framingOf(fields, minor);
  if (framing === 'wrong' || framing === 'unknown') return null;
  const body = framing ?? 'close';
  const keepAlive = body !== 'close' && keepsAlive(fields, minor);
  return { status, reason: line[3] ?? '', fields, body, keepAlive };
}

/** Field lines, or null: one is none, a folded one also (RFC 9112 section 5.2). */
function parseFields(lines: readonly string[]): Field[] | null {
  const fields: Field[] = [];
  for (const each of lines) {
    const colon = each.indexOf(':');
    const name = each.slice(0, Math.max(colon, 0)).toLowerCase();
    const value = each.slice(colon + 1).replace(OWS, '');
    if (!TOKEN.test(name) || !FIELD_TEXT.test(value)) return null;
    fields.push([name, value]);
  }
  return fields;
}

function valuesOf(fields: readonly Field[], name: string): string[] {
  return fields.filter(([each]) => each === name).map(([, value]) => value);
}

/** RFC 9112 section 6.3: chunks, a length, or nothing is said; `wrong` and `unknown` are not to be guessed at. */
function framingOf(fields: readonly Field[], minor: number): 'chunked' | number | null | 'wrong' | 'unknown' {
  const codings = valuesOf(fields, 'transfer-encoding');
  const lengths = valuesOf(fields, 'content-length');
  const [length] = lengths;
  if (codings.length > 0) {
    if (length !== undefined || minor === 0) return 'wrong'; // section 6.1
    return codings.join(', ').toLowerCase() === 'chunked' ? 'chunked' : 'unknown';
  }
  if (length === undefined) return null;
  const valid = /^\d{1,15}$/.test(length) && lengths.every((each) => each === length);
  return valid ? Number(length) : 'wrong';
}

/** RFC 9112 section 9.3. */
function keepsAlive(fields: readonly Field[], minor: number): boolean {
  const options = valuesOf(fields, 'connection')
    .join(',')
    .toLowerCase()
    .split(/[ \t]*,[ \t]*/);
  return minor >= 1 ? !options.includes('close') : options.includes('keep-alive');
}
