import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Md5 } from './md5.ts';

function hex(...pieces: Uint8Array[]): string {
  const md5 = new Md5().start();
  for (const piece of pieces) md5.add(piece);
  const out = new Uint8Array(16);
  md5.finish(out);
  return Buffer.from(out).toString('hex');
}

describe('MD5 (RFC 1321)', () => {
  it.each([
    ['', 'd41d8cd98f00b204e9800998ecf8427e'],
    ['a', '0cc175b9c0f1b6a831c399e269772661'],
    ['abc', '900150983cd24fb0d6963f7d28e17f72'],
    ['message digest', 'f96b697d7cb7938d525a2f31aaf161d0'],
    ['abcdefghijklmnopqrstuvwxyz', 'c3fcd3d76192e4007dfb496cca67e13b'],
    ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', 'd174ab98d277d9f5a5611c2c9f419d9f'],
    ['1234567890'.repeat(8), '57edf4a22be3c955ac49da2e2107b67a'],
  ])('appendix A.5: "%s"', (text, digest) => {
    expect(hex(new TextEncoder().encode(text))).toBe(digest);
  });

  it('is that of another implementation, in whatever pieces the octets come', () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 6 });
    fc.assert(
      fc.property(pieces, (all) => {
        expect(hex(...all)).toBe(createHash('md5').update(Buffer.concat(all)).digest('hex'));
      }),
    );
  });

  it('begins anew', () => {
    const md5 = new Md5().start().add(new Uint8Array(100));
    const out = new Uint8Array(18);
    md5.start().finish(out, 2);
    expect(Buffer.from(out).toString('hex')).toBe('0000d41d8cd98f00b204e9800998ecf8427e');
  });
});
