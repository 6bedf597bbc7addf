// What captures are known by.

/** First octets of pcap (both orders, µs and ns), pcapng, gzip and Zstandard. */
const MAGIC: readonly (readonly number[])[] = [
  [0xd4, 0xc3, 0xb2, 0xa1],
  [0xa1, 0xb2, 0xc3, 0xd4],
  [0x4d, 0x3c, 0xb2, 0xa1],
  [0xa1, 0xb2, 0x3c, 0x4d],
  [0x0a, 0x0d, 0x0d, 0x0a],
  [0x1f, 0x8b],
  [0x28, 0xb5, 0x2f, 0xfd],
];

/** Whether a file begins as a capture does, or as something packed. */
export function isCapture(octets: Uint8Array): boolean {
  return MAGIC.some((magic) => magic.every((octet, i) => octets[i] === octet));
}
