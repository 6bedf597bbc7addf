// A gateway of ours in a process of its own, on the unix socket that it is told, with the MTU that it is told. It runs until its input ends.

import { createGateway, openFrames } from '../../src/gateway/node/index.ts';

const [path = '', length = '1500'] = process.argv.slice(2);
const mtu = Number(length);
const gateway = createGateway({ hostLoopback: true, mtu });
await openFrames(`unix:${path}`, { mtu }, (port) => void gateway.attach(port));
process.stdout.write('ready\n');
process.stdin.on('end', () => process.exit(0)).resume();
