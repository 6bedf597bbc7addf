// The file in which `synfin interview` remembers: by default $XDG_STATE_HOME/synfin/interview.json (XDG Base Directory
// Specification 0.8).

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { emptyDeck, parseDeck, type ReviewDeck } from '../lab/index.ts';

/** Where it is, unless it is named: a relative XDG_STATE_HOME does not count. */
export function stateFile(env: NodeJS.ProcessEnv): string {
  const { XDG_STATE_HOME: wished = '' } = env;
  const home = isAbsolute(wished) ? wished : join(homedir(), '.local', 'state');
  return join(home, 'synfin', 'interview.json');
}

/**
 * The deck of a file; an empty one where there is no file.
 * @throws DeckError for a file that is something else, and the system's errors
 */
export function readDeck(file: string): ReviewDeck {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return emptyDeck();
    throw error;
  }
  return parseDeck(text);
}

/** Writes a deck, whole or not at all. */
export function writeDeck(file: string, deck: ReviewDeck): void {
  mkdirSync(dirname(file), { recursive: true });
  const fresh = `${file}.${process.pid}.new`;
  writeFileSync(fresh, `${JSON.stringify(deck, null, 1)}\n`);
  renameSync(fresh, file);
}
