// The least that can answer a ping through TUN: a program of C that swaps two addresses (peers/tun-echo.c), asleep between
// packets or not. What a round trip takes beside it is ours; what its own takes is the machine's.

import { type ChildProcess, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Namespace } from '../../test/support/namespace.ts';

const SOURCE = fileURLToPath(new URL('../peers/tun-echo.c', import.meta.url));

/** Builds the program in the directory of a namespace; null where there is no C compiler. */
export function buildBare(ns: Namespace): string | null {
  const program = ns.path('tun-echo');
  try {
    execFileSync('cc', ['-O2', '-o', program, SOURCE], { stdio: ['ignore', 'ignore', 'pipe'] });
    return program;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** The program on an interface `name` of `ns`, SUBNET.1 on the kernel's side: it answers for every other address. */
export async function bareEnd(
  ns: Namespace,
  program: string,
  name: string,
  subnet: string,
  how: 'sleep' | 'poll',
): Promise<ChildProcess> {
  const child = ns.spawn(program, [name, how], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.stdout === null) throw new Error('no output');
  await once(child.stdout, 'data');
  const { code, stderr } = await ns.sh(`ip address add ${subnet}.1/24 dev ${name} && ip link set ${name} up`);
  if (code !== 0) throw new Error(stderr);
  return child;
}
