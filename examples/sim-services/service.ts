// The service of prices, as gRPC defines services; messages are JSON here.

import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';

const toOctets = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const fromOctets = (octets: Buffer): never => JSON.parse(octets.toString()) as never;
const price: MethodDefinition<unknown, unknown> = {
  path: '/shop.Prices/Price',
  requestStream: false,
  responseStream: false,
  requestSerialize: toOctets,
  requestDeserialize: fromOctets,
  responseSerialize: toOctets,
  responseDeserialize: fromOctets,
};

/** See above. */
export const prices: ServiceDefinition = { price };

/** What is made of the definition. */
export interface Prices {
  price(
    item: string,
    options: { readonly deadline: number },
    answer: (error: Error | null, cents: number) => void,
  ): void;
}
