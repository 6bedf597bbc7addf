// Who asks all the time, by undici, and listens to the news.

import { io } from 'socket.io-client';
import { Agent, fetch } from 'undici';

const AT_ONCE = 4;

const dispatcher = new Agent({ connectTimeout: 3000 });
const socket = io('http://news', { reconnectionDelay: 500, reconnectionDelayMax: 1000 });

/** Seconds that it was told, and how often it had to connect. */
export const times = new Set<number>();
export let connected = 0;
socket.on('time', (seconds: number) => times.add(seconds));
socket.on('connect', () => connected++);

/** Asks so often; the deployments that have answered, in order, and how many answers were no good. */
export async function ask(total: number): Promise<{ readonly versions: number[]; readonly failed: number }> {
  const versions = new Set<number>();
  let [left, failed] = [total, 0];
  const one = async (): Promise<void> => {
    while (left-- > 0) {
      const response = await fetch('http://balancer/', { dispatcher });
      const { version } = response.ok ? ((await response.json()) as { version: number }) : { version: 0 };
      if (version === 0) failed++;
      else versions.add(version);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return { versions: [...versions].sort((a, b) => a - b), failed };
}

/** Nothing of it stays open. */
export async function close(): Promise<void> {
  socket.close();
  await dispatcher.close();
}
