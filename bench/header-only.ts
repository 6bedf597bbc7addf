// Segments without text: what it costs to form one and send it, and to receive it at the other end, of a connection on which
// nothing else happens.

import { BenchPair, cpuUs } from './pair.ts';

/** As many leave before they are brought: a flight of ACKs. */
const FLIGHT = 64;

/** Nanoseconds of processor time for an ACK of nothing new, at both ends together. */
export function headerOnly(count: number): number {
  const pair = new BenchPair();
  pair.b.listen({ port: 80 });
  const { tcb } = pair.a.open({ address: '10.0.0.2', port: 80 });
  pair.exchange();
  const { engine } = pair.a.tcp;
  const round = (): void => {
    for (let i = 0; i < FLIGHT; i++) engine.rules.sendAck(engine, tcb);
    if (pair.exchange() !== FLIGHT) throw new Error('an ACK of nothing new was answered, or did not arrive');
    pair.advance(10);
  };
  for (let n = 0; n < count / 4; n += FLIGHT) round(); // not counted
  const us = cpuUs(() => {
    for (let n = 0; n < count; n += FLIGHT) round();
  });
  return (us * 1000) / count;
}
