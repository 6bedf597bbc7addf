// Octets as programs have them: any view of an ArrayBuffer, or the buffer itself. Text is none: an encoding
// makes octets of it, and which one is the program's to say.

import { isArrayBuffer, OptionTypeError, octets as octetsKind, wrongKind } from '../../options/index.ts';

/**
 * Octets: a Uint8Array (a Buffer of Node is one), another view of an ArrayBuffer by the octets that it shows, or
 * an ArrayBuffer. What is shared between threads (SharedArrayBuffer) is read at the time of copying.
 */
export type Octets = ArrayBufferView | ArrayBufferLike;

/** The octets of a value, not copied. Throws TypeError for what is none, and for a buffer that was transferred. */
export function octetsOf(value: Octets, call: string): Uint8Array {
  const octets = value instanceof Uint8Array ? value : viewOf(value, call);
  if (octets.byteLength === 0 && (octets.buffer as { detached?: boolean }).detached === true)
    throw transferred(call);
  return octets;
}

/** The error for octets that were given away before they were taken. */
export function transferred(call: string): TypeError {
  const message = `${call}: the buffer of these octets was transferred: its octets are somewhere else now`;
  return new OptionTypeError('ERR_INVALID_STATE', 'octets', message);
}

function viewOf(value: unknown, call: string): Uint8Array {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (isArrayBuffer(value)) return new Uint8Array(value);
  if (typeof value === 'string') {
    const message = `${call}: text is not octets: encode it, new TextEncoder().encode(text)`;
    throw new OptionTypeError('ERR_INVALID_ARG_TYPE', 'octets', message);
  }
  if (Array.isArray(value)) throw wrongKind(call, 'octets', value, `${octetsKind.allowed} (Uint8Array.from)`);
  throw wrongKind(call, 'octets', value, octetsKind.allowed);
}
