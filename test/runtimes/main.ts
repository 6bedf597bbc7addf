// The program, for a runtime that is a process: prints what it found, and ends because nothing is left to do.

import { realTime } from './program.ts';

console.log(JSON.stringify(await realTime()));
