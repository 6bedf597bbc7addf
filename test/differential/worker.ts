// One of several processes of a run, each in a namespace of its own: a job comes as an argument, what was
// found goes to the parent.

import { argv, exit } from 'node:process';
import { rulesOf } from './rules.ts';
import { type Job, run, type Tally } from './run.ts';

/** What a worker sends: a number of sequences now and then, and its tally at the end. */
export type Message = { readonly sequences: number } | { readonly tally: Tally };

const { job, mutant } = JSON.parse(argv[2] ?? '{}') as { job: Job; mutant: string };
const send = (message: Message): void => void process.send?.(message);
const tally = await run(job, rulesOf(mutant), (t) => send({ sequences: t.sequences }));
process.send?.({ tally } satisfies Message, () => exit(0));
