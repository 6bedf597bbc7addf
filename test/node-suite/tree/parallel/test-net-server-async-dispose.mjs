// `await using` closes a server.
import '../common/index.js';
import assert from 'node:assert';
import { once } from 'node:events';
import net from 'node:net';

const server = net.createServer().listen(0);
await once(server, 'listening');
await server[Symbol.asyncDispose]();
assert.strictEqual(server.listening, false);
