// The names in the requests of a connection: Host and target of each (RFC 9112 section 3.2), also of those that follow on the
// same connection (section 9.3). Bodies are passed over as they are framed (sections 6 and 7.1); what two readers could
// understand differently is no request.

import { parseRequestHead, type RequestHead } from '../../socket/http/index.ts';
import { type HelloReader, type HelloStep, hostKey, unframed } from './hello.ts';

const MOST_HEAD = 16_384;
/** With extensions. */
const MOST_CHUNK_LINE = 1024;

/** A head that is whole: its octets with the empty line, and what is asked for. */
interface RequestStart {
  readonly octets: number;
  readonly head: RequestHead;
  readonly names: readonly string[];
}

/** The head of a request; 'more' octets are needed, or it is none. */
function readHead(octets: Uint8Array): RequestStart | 'more' | 'other' {
  const text = latin1(octets.subarray(0, MOST_HEAD));
  const end = /\r?\n\r?\n/.exec(text);
  if (!beginsAsRequest(text)) return 'other';
  if (end === null) return octets.length >= MOST_HEAD ? 'other' : 'more';
  const head = parseRequestHead(text.slice(0, end.index));
  if (typeof head === 'number') return 'other';
  const names: string[] = [];
  const authority = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#]*@)?([^/?#]*)/i.exec(head.target)?.[1];
  const targets = [head.host, authority, head.method === 'CONNECT' ? head.target : undefined];
  for (const target of targets) {
    if (target === undefined) continue;
    const name = hostKey(target.replace(/:\d*$/, ''));
    if (name === null) return 'other';
    names.push(name);
  }
  return { octets: end.index + end[0].length, head, names };
}

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]";
const REQUEST_LINE = new RegExp(`^${TOKEN}+ \\S+ HTTP/\\d\\.\\d\\r?$`);
const BEGIN_OF_ONE = new RegExp(`^${TOKEN}*(?: |$)`);

/** Whether the first line is a request line, or may become one: what is none is no request, however much of it comes. */
function beginsAsRequest(text: string): boolean {
  const end = text.indexOf('\n');
  return end < 0 ? BEGIN_OF_ONE.test(text) : REQUEST_LINE.test(text.slice(0, end));
}

/** Where in a request a reader is. */
type Place = 'head' | 'body' | 'chunk size' | 'chunk' | 'end of chunk' | 'trailers';

/** Requests, one after the other. */
export class RequestReader implements HelloReader {
  #place: Place = 'head';
  #first = true;
  /** Octets until the end of the body, or of the chunk. */
  #left = 0;
  /**
   * The last request asked for another protocol (RFC 9110 sections 7.8 and 9.3.6). Whether it got it the answer says: what
   * does not begin as a request is of that protocol, and what does is judged.
   */
  #other = false;

  next(octets: Uint8Array, ended: boolean): 'more' | HelloStep {
    switch (this.#place) {
      case 'head':
        return this.#head(octets, ended);
      case 'body':
      case 'chunk':
        return this.#pass(octets);
      default:
        return this.#line(octets, ended);
    }
  }

  #head(octets: Uint8Array, ended: boolean): 'more' | HelloStep {
    // RFC 9112 section 2.2: empty lines before a request are ignored.
    const begin = octets.findIndex((each) => each !== 13 && each !== 10);
    if (begin < 0 && !this.#first) return { octets: octets.length, asks: null, last: false };
    const request = begin < 0 ? octets.subarray(octets.length) : octets.subarray(begin);
    if (this.#other && !beginsAsRequest(latin1(request.subarray(0, MOST_HEAD))))
      return unframed(octets, null);
    const start = readHead(request);
    if (start === 'more' && !ended) return 'more';
    if (typeof start === 'string') return unframed(octets);
    const { head, names } = start;
    this.#first = false;
    this.#other = head.method === 'CONNECT' || head.fields.some(([name]) => name === 'upgrade');
    this.#left = head.body === 'chunked' ? 0 : head.body;
    this.#place = head.body === 'chunked' ? 'chunk size' : head.body > 0 ? 'body' : 'head';
    return { octets: begin + start.octets, asks: { names, hidden: false }, last: false };
  }

  #pass(octets: Uint8Array): HelloStep {
    const passed = Math.min(this.#left, octets.length);
    this.#left -= passed;
    if (this.#left === 0) this.#place = this.#place === 'chunk' ? 'end of chunk' : 'head';
    return { octets: passed, asks: null, last: false };
  }

  /** A size of a chunk, what ends one, or a line of the trailers. */
  #line(octets: Uint8Array, ended: boolean): 'more' | HelloStep {
    const end = octets.indexOf(10);
    const length = end < 0 ? octets.length : end + 1;
    if (length > MOST_CHUNK_LINE) return unframed(octets);
    if (end < 0) return ended ? unframed(octets) : 'more';
    const line = latin1(octets.subarray(0, length));
    if (this.#place === 'trailers') {
      if (line === '\r\n') this.#place = 'head';
      else if (!/^[^\s:]+:[^\r\n]*\r\n$/.test(line)) return unframed(octets);
      return { octets: length, asks: null, last: false };
    }
    if (this.#place === 'end of chunk') {
      if (line !== '\r\n') return unframed(octets);
      this.#place = 'chunk size';
      return { octets: length, asks: null, last: false };
    }
    const size = /^([0-9A-Fa-f]{1,12})(?:[ \t]*;[^\r\n]*)?\r\n$/.exec(line);
    if (size === null) return unframed(octets);
    const chunk = Number.parseInt(size[1] as string, 16);
    this.#left = chunk;
    this.#place = chunk === 0 ? 'trailers' : 'chunk';
    return { octets: length, asks: null, last: false };
  }
}

function latin1(octets: Uint8Array): string {
  let text = '';
  for (const octet of octets) text += String.fromCharCode(octet);
  return text;
}
