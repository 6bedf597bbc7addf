#!/usr/bin/env node
// The `synfin` command: runs the program on this process's arguments and streams.

import { main } from './program.ts';

/** The output is closed: 128 + SIGPIPE, as if that had ended us. */
const EXIT_PIPE = 141;

/** Who reads our output has gone (`synfin run | head`): nothing to say about that. */
function quietPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(EXIT_PIPE);
}

const { stdin, stdout, stderr, env } = process;
stdout.on('error', quietPipe);
stderr.on('error', quietPipe);
process.exitCode = await main(process.argv.slice(2), { stdin, stdout, stderr, env });
