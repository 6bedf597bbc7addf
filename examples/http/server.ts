// An HTTP server that knows nothing of synfin. On the kernel, on the loopback of synfin, and on a synfin host whose peer is
// the kernel:
//
//   node examples/http/server.ts
//   node --import synfin/register examples/http/server.ts
//   npx synfin exec -- node examples/http/server.ts
//   npx synfin exec --serve examples/http/server.ts -- curl -s http://10.9.0.2:8080/

import { createServer } from 'node:http';

const port = Number(process.argv[2] ?? 8080);

const server = createServer((request, response) => {
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.end(`${request.method} ${request.url} from ${request.socket.remoteAddress}\n`);
});
server.listen(port, () => console.log(`listening on port ${port}`));
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
});
