// The door of HTTP/1.1 as octets (RFC 9112): heads, bodies and where they end; nothing of any runtime.

export { BodyError, BodyReader, chunk, LAST_CHUNK } from './body.ts';
export {
  type Field,
  type Framing,
  parseRequestHead,
  parseResponseHead,
  type RequestHead,
  type ResponseHead,
} from './head.ts';
export { Inbox, octetsOfText, type Source } from './inbox.ts';
export { REASONS } from './status.ts';
