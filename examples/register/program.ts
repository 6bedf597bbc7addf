// A Fastify app and undici clients of it, in one process. They know nothing of synfin: `node program.ts` runs them on the
// kernel, and `node --import synfin/register program.ts` on synfin.

import Fastify from 'fastify';
import { Pool } from 'undici';

const app = Fastify();
app.get('/hello/:name', async (request) => ({ hello: (request.params as { name: string }).name }));
app.post('/sum', { bodyLimit: 10_000_000 }, async (request) => ({
  sum: (request.body as number[]).reduce((sum, number) => sum + number, 0),
}));
const address = await app.listen({ port: 0, host: '127.0.0.1' });

const pool = new Pool(address, { connections: 8 });
const greeted = Array.from({ length: 300 }, async (_, n) => {
  const { statusCode, body } = await pool.request({ path: `/hello/${n}`, method: 'GET' });
  return statusCode === 200 && (await body.text()) === `{"hello":"${n}"}`;
});
const right = (await Promise.all(greeted)).filter(Boolean).length;
console.log(`undici: ${right} right answers of ${greeted.length}`);

const numbers = Array.from({ length: 50_000 }, (_, n) => n);
const summed = Array.from({ length: 10 }, async () => {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${address}/sum`, { method: 'POST', headers, body: JSON.stringify(numbers) });
  return ((await answer.json()) as { sum: number }).sum;
});
console.log(`fetch: ${new Set(await Promise.all(summed)).size} sum, ${await summed[0]}`);

await pool.close();
await app.close();
