// The libraries of examples/package.json, unchanged, on two hosts whose link loses packets: each example ends by itself,
// prints what it is meant to, and has lost some. `npm run test:examples` installs what they need.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hindrance } from '../../examples/kernel.ts';
import { FOLDER, runExample } from './run.ts';

const missing = existsSync(join(FOLDER, 'node_modules'))
  ? null
  : 'examples/node_modules is missing: npm run test:examples';

const PRINTED: Readonly<Record<string, readonly string[]>> = {
  'http-keep-alive': ['100 right answers over 4 connections'],
  undici: ['Pool: 100 right answers over 4 connections', 'fetch: 1000000 octets there and back'],
  express: ["{ hello: 'world', from: '::ffff:10.0.0.1' }", '{ sum: 199990000 }'],
  fastify: ["{ hello: '0', from: '10.0.0.1' }", '50 different answers'],
  register: ['undici: 300 right answers of 300', 'fetch: 1 sum, 1249975000'],
  ws: ['4 messages, 1010101 octets there and back', 'closed: 1000 enough'],
  'socket.io': ['transport: websocket', 'fifty answers, together 1275'],
  http2: ['99 different answers, and 1000000 octets'],
  tls: ['Alice: welcome, Alice', 'server: UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'Mallory: (hung up)'],
  grpc: ['42925 is the sum of the first fifty squares', 'a stream counted to 1000'],
  ssh2: ['you said: who is there?', '1000000 octets there and back'],
  mqtt: ['100 messages, the last: rooms/99/temperature 49.5'],
  smtp: ['250 OK: message queued', 'Subject: hello true'],
  mysql2: ['5000 rows of 5000 are right'],
  postgres: ["{ count: '200', sum: '2646700' }", '1000000 octets of rows', 'notified: hello'],
  'sim-services': [
    '24 orders; 23 were told by WebSocket, 23 by MQTT',
    '38 s of virtual time, twice the same',
  ],
  'sim-rollout': [
    '400 requests of 3 deployments, 0 failed; 2 connections to the news',
    '18 s of virtual time, twice the same',
  ],
  redis: ['sum: 499500', '1000000 octets there and back', 'published: hello'],
};

/** Why an example cannot run here, where that is not `missing`: it needs no library, or a server of the machine's. */
const HINDRANCES: Readonly<Record<string, string | null>> = {
  'http-keep-alive': null,
  postgres: missing ?? (await hindrance('initdb', 'postgres')),
  redis: missing ?? (await hindrance('redis-server')),
};

describe('node examples/NAME/main.ts, with loss', () => {
  for (const [name, expected] of Object.entries(PRINTED)) {
    const why = name in HINDRANCES ? (HINDRANCES[name] ?? null) : missing;
    test.skipIf(why !== null)(`${name}${why === null ? '' : `: ${why}`}`, async () => {
      const { status, stderr, lines } = await runExample(name);
      expect({ status, stderr, lines: lines.slice(0, -1) }).toEqual({
        status: 0,
        stderr: '',
        lines: expected,
      });
      expect(lines.at(-1)).toMatch(/^[1-9]\d* of \d+ packets were lost$/);
    });
  }
});
