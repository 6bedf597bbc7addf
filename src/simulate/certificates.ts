// Certificates for simulated hosts (RFC 5280), signed with Ed25519 (RFC 8410): keys and signatures are always of the same
// length, so that the segments of a handshake are, too. Every simulation has an authority, which its hosts trust.

import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';

/** What `https.createServer` and `tls.createServer` take, in PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
  /** Of the authority that has signed it: what a client trusts that is not of the simulation. */
  readonly ca: string;
}

// DER (X.690), as far as it is needed.

const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const { length } = body;
  const head =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), body]);
};
const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const oid = (...octets: readonly number[]): Buffer => der(0x06, Buffer.from(octets));
const utf8 = (text: string): Buffer => der(0x0c, Buffer.from(text));
const octetString = (content: Uint8Array): Buffer => der(0x04, content);
const bitString = (content: Uint8Array): Buffer => der(0x03, Buffer.from([0]), content);
/** To 2049 UTCTime, then GeneralizedTime (RFC 5280 section 4.1.2.5). */
const time = (text: string): Buffer =>
  text < '2050' ? der(0x17, Buffer.from(text.slice(2))) : der(0x18, Buffer.from(text));
const TRUE = Buffer.from([0x01, 0x01, 0xff]);

const ED25519 = sequence(oid(0x2b, 0x65, 0x70));
const COMMON_NAME = oid(0x55, 0x04, 0x03);
const BASIC_CONSTRAINTS = oid(0x55, 0x1d, 0x13);
const SUBJECT_ALT_NAME = oid(0x55, 0x1d, 0x11);

/** OpenSSL compares with the machine's clock, whatever the simulation's says. */
const VALIDITY = sequence(time('20200101000000Z'), time('20991231235959Z'));

const nameOf = (name: string): Buffer => sequence(der(0x31, sequence(COMMON_NAME, utf8(name))));

function altName(name: string): Buffer {
  const family = isIP(name);
  if (family === 0) return der(0x82, Buffer.from(name));
  if (family === 4) return der(0x87, Buffer.from(name.split('.').map(Number)));
  const [before = '', after] = name.split('::');
  const words = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const [left, right] = [words(before), words(after ?? '')];
  const all =
    after === undefined ? left : [...left, ...Array(8 - left.length - right.length).fill('0'), ...right];
  return der(
    0x87,
    Buffer.from(all.flatMap((word) => [Number.parseInt(word, 16) >> 8, Number.parseInt(word, 16) & 0xff])),
  );
}

function signed(
  issuer: { readonly name: string; readonly key: KeyObject },
  subject: { readonly name: string; readonly key: KeyObject },
  extension: Uint8Array,
): string {
  const serial = randomBytes(8);
  serial.writeUInt8((serial.readUInt8(0) & 0x7f) | 0x40, 0); // positive, and always of eight octets
  const tbs = sequence(
    der(0xa0, Buffer.from([0x02, 0x01, 0x02])), // v3
    der(0x02, serial),
    ED25519,
    nameOf(issuer.name),
    VALIDITY,
    nameOf(subject.name),
    subject.key.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(extension)),
  );
  const whole = sequence(tbs, ED25519, bitString(sign(null, tbs, issuer.key)));
  const lines = whole.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

/** An authority that signs certificates for names. */
export class Authority {
  readonly certificate: string;
  readonly #name = 'synfin simulation';
  readonly #keys = generateKeyPairSync('ed25519');

  constructor() {
    const issuer = { name: this.#name, key: this.#keys.privateKey };
    const isAuthority = sequence(BASIC_CONSTRAINTS, TRUE, octetString(sequence(TRUE)));
    this.certificate = signed(issuer, { name: this.#name, key: this.#keys.publicKey }, isAuthority);
  }

  /** A certificate for names and addresses; the first is its subject. */
  issue(names: readonly string[]): Certificate {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const cert = signed(
      { name: this.#name, key: this.#keys.privateKey },
      { name: names[0] as string, key: publicKey },
      sequence(SUBJECT_ALT_NAME, octetString(sequence(...names.map(altName)))),
    );
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    return { key, cert, ca: this.certificate };
  }
}
