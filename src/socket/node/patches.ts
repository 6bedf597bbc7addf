// What `register` changes in Node, as a list: each entry is one thing that is changed and taken back.

import { dgramPrototype, udpBinding } from './patch-dgram.ts';
import { caresBinding, dnsFunctions } from './patch-dns.ts';
import { netPrototypes, tcpBinding } from './patch-net.ts';
import { tlsConnect } from './patch-tls.ts';
import type { Patch } from './patched.ts';

/** In their order. 3: net is not loaded yet, and takes what the bindings then have; 2: it is. */
export const PATCHES: { readonly [level in 2 | 3]: readonly Patch[] } = {
  3: [tcpBinding, udpBinding, caresBinding, tlsConnect],
  2: [netPrototypes, dgramPrototype, dnsFunctions, tlsConnect],
};
