import { request } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { type GatewayApi, serveApi } from './api.ts';
import { createGateway } from './create.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each();
});

async function api(): Promise<GatewayApi> {
  const gateway = createGateway();
  cleanUp.push(() => gateway.close());
  const served = await serveApi(gateway, '0');
  cleanUp.push(() => served.close());
  return served;
}

/** Status and text of what is answered. */
function ask(served: GatewayApi, path: string, body?: unknown, headers = {}): Promise<[number, string]> {
  const [host, port] = served.at.split(':');
  const method = body === undefined ? 'GET' : 'POST';
  return new Promise((resolve, reject) => {
    const asked = request(
      { host, port, path: `/services/forwarder/${path}`, method, headers },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
        response.on('end', () => resolve([response.statusCode ?? 0, text.trim()]));
      },
    );
    asked.on('error', reject);
    asked.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
}

describe('the API that clients of gvproxy know', () => {
  test('exposes, lists and unexposes', async () => {
    const served = await api();
    const local = '127.0.0.1:47811';
    expect(await ask(served, 'all')).toEqual([200, '[]']);
    expect(await ask(served, 'expose', { local, remote: '10.0.2.15:22', protocol: 'tcp' })).toEqual([
      200,
      '',
    ]);
    expect(await ask(served, 'all')).toEqual([
      200,
      JSON.stringify([{ local, remote: '10.0.2.15:22', protocol: 'tcp' }]),
    ]);
    expect((await ask(served, 'expose', { local, remote: '10.0.2.15:22' }))[0]).toBe(409);
    expect(await ask(served, 'unexpose', { local })).toEqual([200, '']);
    expect((await ask(served, 'unexpose', { local }))[0]).toBe(409);
    expect(await ask(served, 'all')).toEqual([200, '[]']);
    const udp = { local, remote: '10.0.2.15:53', protocol: 'udp' };
    expect((await ask(served, 'expose', { ...udp, protocol: 'tcp' }))[0]).toBe(200);
    expect((await ask(served, 'expose', udp))[0]).toBe(200); // a port of its own
    expect(JSON.parse((await ask(served, 'all'))[1])).toEqual([{ ...udp, protocol: 'tcp' }, udp]);
    expect((await ask(served, 'unexpose', udp))[0]).toBe(200);
    expect(JSON.parse((await ask(served, 'all'))[1])).toEqual([{ ...udp, protocol: 'tcp' }]);
  });

  test('says what cannot be meant, and that it cannot listen; pages are refused', async () => {
    const served = await api();
    const port = served.at.split(':')[1];
    const rows: [unknown, number][] = [
      ['{', 400],
      [[], 400],
      [{ local: 5 }, 400],
      [{ local: 'x', remote: '10.0.2.15:22' }, 400],
      [{ local: ':0', remote: '10.0.2.15:22' }, 400],
      [{ local: ':70000', remote: '10.0.2.15:22' }, 400],
      [{ local: '127.0.0.1:47812', remote: 'nowhere' }, 400],
      [{ local: '127.0.0.1:47812', remote: '10.0.2.15:22', protocol: 'sctp' }, 400],
      [{ local: `127.0.0.1:${port}`, remote: '10.0.2.15:22' }, 500], // EADDRINUSE: never silent
      [`"${'x'.repeat(20_000)}"`, 400],
    ];
    for (const [body, status] of rows) expect((await ask(served, 'expose', body))[0]).toBe(status);
    expect((await ask(served, 'nothing'))[0]).toBe(404);
    expect((await ask(served, 'all', undefined, { origin: 'https://evil.example' }))[0]).toBe(403);
    expect((await ask(served, 'all', undefined, { host: 'evil.example' }))[0]).toBe(403);
  });

  test('a place that is none', async () => {
    const gateway = createGateway();
    cleanUp.push(() => gateway.close());
    await expect(serveApi(gateway, 'nowhere')).rejects.toThrow(/unix:PATH/);
  });
});
