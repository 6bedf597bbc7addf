// What the COMMAND of `synfin exec` is: a program of Node, which can be put on a synfin host, or any other.

import { accessSync, closeSync, constants, openSync, readSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';

/** How a program of Node is run: `node FLAGS… --import… ARGS…`. */
export interface NodeProgram {
  /** Node's own executable. */
  readonly node: string;
  /** Before the arguments of the command. */
  readonly args: readonly string[];
}

/** A first line that has Node run the file: `#!/usr/bin/env node`, with flags of Node or without. */
const SHEBANG = /^#!.*?\bnode(?:js)?((?:[ \t]+-\S+)*)[ \t]*\r?(?:\n|$)/;
const HEAD_BYTES = 256;

/**
 * The command as a program of Node, or null. `node` without a path is the Node that runs synfin; a script that is to be
 * run by Node is run by that one, too.
 */
export function nodeProgram(command: string, path: string, ownNode = process.execPath): NodeProgram | null {
  if (command === 'node') return { node: ownNode, args: [] };
  if (/^node(js)?$/.test(basename(command))) return { node: command, args: [] };
  const file = command.includes('/') ? command : onPath(command, path);
  const head = file === null ? '' : headOf(file);
  const found = SHEBANG.exec(head);
  if (file === null || found === null) return null;
  const flags = (found[1] ?? '').split(/[ \t]+/).filter((flag) => flag !== '');
  return { node: ownNode, args: [...flags, file] };
}

function onPath(command: string, path: string): string | null {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, command);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not there.
    }
  }
  return null;
}

function headOf(file: string): string {
  let fd: number;
  try {
    fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return '';
  }
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    return head.toString('latin1', 0, readSync(fd, head, 0, HEAD_BYTES, 0));
  } catch {
    return '';
  } finally {
    closeSync(fd);
  }
}
