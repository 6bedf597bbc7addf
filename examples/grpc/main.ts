// gRPC by @grpc/grpc-js, both sides. Its client takes no socket, it connects by itself: so `register` puts the hosts in
// the place of the kernel for the addresses of the network, and `onHost` says which host a piece of code is on.

import {
  credentials,
  type MethodDefinition,
  makeGenericClientConstructor,
  Server,
  ServerCredentials,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { onHost, register } from '../../src/node/index.ts';
import { Network, SERVER } from '../network.ts';

const network = new Network();
const registration = register({ networks: ['10.0.0.0/24'] });

/** Messages are JSON here; where there is a .proto, @grpc/proto-loader makes this. */
const toOctets = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const fromOctets = (octets: Buffer): never => JSON.parse(octets.toString()) as never;
const method = (name: string, responseStream: boolean): MethodDefinition<unknown, unknown> => ({
  path: `/example.Numbers/${name}`,
  requestStream: false,
  responseStream,
  requestSerialize: toOctets,
  requestDeserialize: fromOctets,
  responseSerialize: toOctets,
  responseDeserialize: fromOctets,
});
const service: ServiceDefinition = { square: method('square', false), count: method('count', true) };

const server = new Server();
server.addService(service, {
  square: (call: { request: number }, answer: (error: null, value: number) => void) =>
    answer(null, call.request ** 2),
  count: (call: { request: number; write(value: number): void; end(): void }) => {
    for (let n = 1; n <= call.request; n++) call.write(n);
    call.end();
  },
});
await onHost(
  network.server,
  () =>
    new Promise((resolve, reject) => {
      server.bindAsync(`${SERVER}:50051`, ServerCredentials.createInsecure(), (error, port) =>
        error === null ? resolve(port) : reject(error),
      );
    }),
);

/** What is made of the definition. */
interface Numbers {
  square(n: number, answer: (error: Error | null, value: number) => void): void;
  count(n: number): AsyncIterable<number>;
  close(): void;
}
await onHost(network.client, async () => {
  const Client = makeGenericClientConstructor(service, 'Numbers');
  const client = new Client(`${SERVER}:50051`, credentials.createInsecure()) as unknown as Numbers;
  const squares = Array.from(
    { length: 50 },
    (_, n) =>
      new Promise<number>((resolve, reject) => {
        client.square(n + 1, (error, value) => (error === null ? resolve(value) : reject(error)));
      }),
  );
  console.log(
    `${(await Promise.all(squares)).reduce((sum, n) => sum + n, 0)} is the sum of the first fifty squares`,
  );
  let last = 0;
  for await (const n of client.count(1000)) last = n;
  console.log(`a stream counted to ${last}`);
  client.close();
});

await new Promise((resolve) => server.tryShutdown(resolve));
registration.undo();
await network.end();
