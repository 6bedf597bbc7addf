// Whether the kernel of this machine can be a peer: TUN, and a network namespace of our own.

import { canUseNamespaces, canUseTun, inNamespace } from '../link/tun/namespace.ts';

/** Why there can be no kernel peer, in one line; '' if there can. */
export async function whyNoKernel(): Promise<string> {
  const tun = await canUseTun();
  if (!tun.ok) return oneLine(tun.why);
  if (inNamespace()) return '';
  const namespaces = await canUseNamespaces();
  return namespaces.ok ? '' : oneLine(namespaces.why);
}

/** The first line of an error's text. */
export function oneLine(text: string): string {
  return text.split('\n', 1)[0] as string;
}
