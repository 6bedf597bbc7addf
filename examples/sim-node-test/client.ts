// The client: it asks again, with a pause that grows, until it is answered.

import { setTimeout as sleep } from 'node:timers/promises';

/** What came of an order, and how often it was asked for in vain. */
export interface Ordered {
  readonly item: string;
  readonly retries: number;
}

/** Orders something. Throws what the last of ten attempts has thrown. */
export async function order(item: string): Promise<Ordered> {
  for (let retries = 0; ; retries++) {
    try {
      const response = await fetch(`http://orders/${item}`, {
        headers: { 'idempotency-key': item },
        signal: AbortSignal.timeout(2000),
      });
      const answer = (await response.json()) as { readonly item: string };
      return { item: answer.item, retries };
    } catch (error) {
      if (retries === 9) throw error;
      await sleep(100 * 2 ** retries);
    }
  }
}
