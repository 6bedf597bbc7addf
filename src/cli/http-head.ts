// Requests as the file server takes them: RFC 9112 as socket/http reads it, and the paths of targets.

import { type RequestHead as AnyRequestHead, parseRequestHead } from '../socket/http/index.ts';

/** A request without its body. */
export interface RequestHead
  extends Pick<AnyRequestHead, 'method' | 'target' | 'keepAlive' | 'expectsContinue'> {
  /** Octets of body that follow. */
  readonly bodyLength: number;
}

/** A head as a request; or the status code that refuses it. A body has to say its length (RFC 9110 section 15.5.12). */
export function parseHead(text: string): RequestHead | number {
  const head = parseRequestHead(text);
  if (typeof head === 'number') return head === 501 ? 411 : head;
  if (head.body === 'chunked') return 411;
  const { method, target, body: bodyLength, keepAlive, expectsContinue } = head;
  return { method, target, bodyLength, keepAlive, expectsContinue };
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
