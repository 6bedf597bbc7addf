// How fast the model checker is: states of two hosts with the real engine, each written, hashed and looked up.

import { configNamed, TcpModel } from '../src/lab/check/model/index.ts';
import { search } from '../src/lab/check/search/index.ts';
import { cpuUs } from './pair.ts';

/** Different states that are found per second of processor time, until there are `states`. */
export function statesPerSecond(states: number): number {
  const config = configNamed('close-orders');
  let found = 0;
  const us = cpuUs(() => {
    found = search(new TcpModel(config), { graph: false, stopAt: 0, maxStates: states }).states;
  });
  if (found < states) throw new Error(`only ${found} states`);
  return (found / us) * 1e6;
}
