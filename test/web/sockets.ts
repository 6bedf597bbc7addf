// The web's sockets as the types of the DOM see them: its Request, Response and streams are the ones we give and take.
// Nothing of this runs.

import type { Host } from '../../src/host/index.ts';
import { directSockets, fetchOn, serve, webSockets } from '../../src/socket/web/index.ts';

/** A page that listens, asks, and connects. */
export async function everySocket(host: Host): Promise<ReadableStream[]> {
  serve(
    host,
    { port: 80 },
    async (request: Request): Promise<Response> => new Response(await request.blob()),
  );
  const fetch = fetchOn(host);
  const answer: Response = await fetch(new Request('http://10.0.0.2/'), { method: 'POST', body: 'text' });
  const socket = webSockets(host).connect('10.0.0.2:7');
  const { readable } = await new (directSockets(host).TCPSocket)('10.0.0.2', 7).opened;
  await readable.pipeTo(socket.writable);
  return [socket.readable, answer.body ?? readable];
}
