// Prices by gRPC: @grpc/grpc-js.

import { Server, ServerCredentials } from '@grpc/grpc-js';
import { prices } from './service.ts';

const server = new Server();
server.addService(prices, {
  price: ({ request }: { request: string }, answer: (error: null, cents: number) => void) =>
    answer(null, request.length * 100),
});
server.bindAsync('0.0.0.0:50051', ServerCredentials.createInsecure(), (error) => {
  if (error !== null) throw error;
});
