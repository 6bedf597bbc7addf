// A gateway of ours in a process of its own, on the unix socket that it is told. It runs until its input ends.

import { createGateway, openFrames } from '../../src/gateway/node/index.ts';

const [path = ''] = process.argv.slice(2);
const gateway = createGateway({ hostLoopback: true });
await openFrames(`unix:${path}`, {}, (port) => void gateway.attach(port));
process.stdout.write('ready\n');
process.stdin.on('end', () => process.exit(0)).resume();
