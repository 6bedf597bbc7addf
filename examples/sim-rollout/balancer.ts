// What stands before two shops (node:http): each request goes to the next one, and to the other where it finds nobody.

import http from 'node:http';

const shops = ['shop-1', 'shop-2'];
const agent = new http.Agent({ keepAlive: true });
let turn = 0;

function pass(response: http.ServerResponse, triesLeft: number): void {
  const host = shops[turn++ % shops.length] as string;
  const request = http.get({ host, agent, timeout: 2000 }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, { 'content-type': answer.headers['content-type'] });
    answer.pipe(response);
  });
  request.on('timeout', () => request.destroy(new Error('silent')));
  request.on('error', () => {
    if (response.headersSent) response.destroy();
    else if (triesLeft > 0) pass(response, triesLeft - 1);
    else response.writeHead(502).end();
  });
}

http.createServer((_request, response) => pass(response, shops.length * 2)).listen(80);
