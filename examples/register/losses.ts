// Says at the end what the loopback has lost.

import { currentRegistration } from '../../src/node/index.ts';

process.on('exit', () => {
  const counters = currentRegistration()?.wire?.ab.counters;
  if (counters === undefined) return;
  const lost = counters.dropped.loss;
  console.log(`${lost} of ${counters.deliveredPackets + lost} packets were lost`);
});
