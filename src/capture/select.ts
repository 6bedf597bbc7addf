// Which connections are shown: a small language of words, `port 443 and not verdict healthy`.

import { nearNames } from '../options/index.ts';
import { State, stateName } from '../tcp/index.ts';
import { parseAddress } from '../wire/index.ts';
import type { ConnectionReport } from './analysis.ts';
import { SEVERITIES, verdictTexts } from './verdicts/index.ts';

/** A selection that cannot be understood: ERR_CAPTURE_FILTER; the message says what was expected. */
export class SelectionError extends Error {
  readonly code = 'ERR_CAPTURE_FILTER';
  override readonly name = 'SelectionError';
  /** The whole text. */
  readonly text: string;

  constructor(text: string, problem: string) {
    super(`"${text}": ${problem}`);
    this.text = text;
  }
}

/** Whether a connection is selected. */
export type Selection = (connection: ConnectionReport) => boolean;

const WORDS: Readonly<Record<string, (value: string) => Selection | null>> = {
  host: ofAddress((address, { client, server }) => [client.address, server.address].includes(address)),
  client: ofAddress((address, { client }) => client.address === address),
  server: ofAddress((address, { server }) => server.address === address),
  port: (value) =>
    isNumber(value) ? ({ client, server }) => [client.port, server.port].includes(Number(value)) : null,
  conn: (value) => (isNumber(value) ? ({ number }) => number === Number(value) : null),
  verdict:
    (value) =>
    ({ verdicts }) =>
      verdicts.some(({ id }) => id === value),
  severity:
    (value) =>
    ({ verdicts }) =>
      verdicts.some(({ severity }) => severity === value),
  state:
    (value) =>
    ({ client, server }) =>
      [...client.states, ...server.states].includes(value as never),
  ending:
    (value) =>
    ({ ending }) =>
      ending === value,
};

/** Words whose values are names: others are errors. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  verdict: [...verdictTexts.keys()],
  severity: SEVERITIES,
  state: Object.values(State).map((state) => stateName(state)),
  ending: ['reset', 'closed', 'closing', 'open'] satisfies ConnectionReport['ending'][],
};

/** A term with an address, in whatever way it is written. */
function ofAddress(selects: (address: string, one: ConnectionReport) => boolean) {
  return (value: string): Selection | null => {
    const address = parseAddress(value)?.toString();
    return address === undefined ? null : (one) => selects(address, one);
  };
}

function isNumber(value: string): boolean {
  return /^\d{1,9}$/.test(value);
}

const FORMS =
  'host, client or server ADDRESS; port or conn N; verdict ID; severity fault; state CLOSE-WAIT; ending reset';

/**
 * What a text selects: terms (`host`, `client` and `server` with an address, `port` and `conn` with a number, `verdict`,
 * `severity`, `state`, `ending`), `not`, `and`, `or` and parentheses; `and` binds more than `or`.
 * @throws SelectionError
 */
export function parseSelection(text: string): Selection {
  const words = text.match(/[()]|[^\s()]+/g) ?? [];
  if (words.length === 0) throw new SelectionError(text, `is empty; expected ${FORMS}`);
  if (words.length > 200) throw new SelectionError(text, 'is too long');
  let at = 0;
  const either = (): Selection => {
    const all = [both()];
    while (words[at] === 'or') {
      at++;
      all.push(both());
    }
    return all.length === 1 ? (all[0] as Selection) : (one) => all.some((selects) => selects(one));
  };
  const both = (): Selection => {
    const all = [term()];
    while (at < words.length && words[at] !== 'or' && words[at] !== ')') {
      if (words[at] === 'and') at++;
      all.push(term());
    }
    return all.length === 1 ? (all[0] as Selection) : (one) => all.every((selects) => selects(one));
  };
  const term = (): Selection => {
    const word = words[at++];
    if (word === 'not') {
      const selects = term();
      return (one) => !selects(one);
    }
    if (word === '(') {
      const selects = either();
      if (words[at++] !== ')') throw new SelectionError(text, 'a ")" is missing');
      return selects;
    }
    const value = words[at++];
    const make = word !== undefined && Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
    if (make === undefined) {
      const [near] = nearNames(word ?? '', Object.keys(WORDS));
      const hint = near === undefined ? `expected ${FORMS}` : `did you mean "${near}"?`;
      throw new SelectionError(text, `"${word ?? ''}" is no word of a filter; ${hint}`);
    }
    const names = VALUES[word as string];
    if (names !== undefined && value !== undefined && !names.includes(value)) {
      const near = nearNames(value, names);
      const hint = near.length > 0 ? `did you mean "${near.join('", "')}"?` : `expected ${names.join(', ')}`;
      throw new SelectionError(text, `"${word} ${value}": there is no such ${word}; ${hint}`);
    }
    const made = value === undefined ? null : make(value);
    if (made === null) throw new SelectionError(text, `"${word} ${value ?? ''}" needs another value`);
    return made;
  };
  const selection = either();
  if (at < words.length) throw new SelectionError(text, `"${words[at]}" was not expected`);
  return selection;
}
