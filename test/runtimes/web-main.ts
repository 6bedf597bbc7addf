// The web's sockets, for a runtime that is a process: prints what it did, and ends because nothing is left to do.

import { webProgram } from './web-program.ts';

console.log(JSON.stringify(await webProgram()));
