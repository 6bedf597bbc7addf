// Certificates for the examples with TLS: an authority of a few minutes, and what it issues.

import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const LIFE_MS = 3_600_000;

/** What `tls` takes, in PEM. */
export interface Issued {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority. */
export interface Authority {
  readonly certificate: string;
  /** A certificate for a name and, if it is a server's, for an IP address. */
  issue(name: string, address?: string): Promise<Issued>;
}

/** An authority of its own, whom nobody knows yet. */
export async function makeAuthority(name = 'an authority'): Promise<Authority> {
  const newKeys = () => crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const notBefore = new Date(Date.now() - LIFE_MS);
  const notAfter = new Date(Date.now() + LIFE_MS);
  const keys = await newKeys();
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    notBefore,
    notAfter,
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  });
  return {
    certificate: root.toString('pem'),
    async issue(name, address) {
      const { publicKey, privateKey } = await newKeys();
      const certificate = await x509.X509CertificateGenerator.create({
        subject: `CN=${name}`,
        issuer: root.subject,
        notBefore,
        notAfter,
        signingAlgorithm: ALGORITHM,
        publicKey,
        signingKey: keys.privateKey,
        extensions:
          address === undefined
            ? []
            : [new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: address }])],
      });
      const pkcs8 = await crypto.subtle.exportKey('pkcs8', privateKey);
      return { cert: certificate.toString('pem'), key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY') };
    },
  };
}
