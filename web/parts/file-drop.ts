// A trace that is dropped onto the page is shown; the file is read here and goes nowhere.

import type { Trace } from '../../src/lab/index.ts';
import { t } from '../messages.ts';
import { showTrace, trouble } from '../state/lab.ts';

/** Octets that a file may have. */
const LARGEST = 50_000_000;

/** Something in a file is not as a trace has it. */
class FileError extends Error {
  readonly code = 'ERR_LAB_FILE';
}

function need(holds: boolean, what: string): asserts holds {
  if (!holds) throw new FileError(what);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const KINDS = ['sent', 'arrived', 'lost', 'call', 'timer', 'change', 'fault'];

/**
 * A text as a trace.
 * @throws FileError with what is missing
 */
export function parseTrace(text: string): Trace {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new FileError('JSON');
  }
  need(isObject(value) && value['format'] === 'synfin-trace', 'format: "synfin-trace"');
  need(value['version'] === 2, 'version: 2');
  const { ends, connections, events, begin } = value;
  need(isObject(ends) && isObject(ends['left']) && isObject(ends['right']), 'ends');
  need(isObject(begin), 'begin');
  need(Array.isArray(connections) && connections.length > 0, 'connections');
  for (const one of connections)
    need(
      isObject(one) && isObject(one['left']) && isObject(one['right']) && isObject(one['begin']),
      'connections',
    );
  need(Array.isArray(events), 'events');
  for (const [i, event] of events.entries()) {
    need(isObject(event) && KINDS.includes(String(event['kind'])), `events[${i}].kind`);
    need(typeof event['t'] === 'number', `events[${i}].t`);
    need(
      Number.isInteger(event['connection']) && (event['connection'] as number) < connections.length,
      `events[${i}].connection`,
    );
    need(isObject(event['states']) && Array.isArray(event['changes']), `events[${i}].states`);
    need(event['kind'] !== 'sent' || isObject(event['segment']), `events[${i}].segment`);
  }
  return value as unknown as Trace;
}

async function take(file: File): Promise<void> {
  try {
    need(file.size <= LARGEST, `> ${LARGEST}`);
    showTrace(file.name, parseTrace(await file.text()));
    trouble.value = null;
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    trouble.value = t('badFile', { name: file.name, why: error.message });
  }
}

/** From now on files can be dropped. */
export function takeFiles(): () => void {
  const over = (event: DragEvent) => event.preventDefault();
  const drop = (event: DragEvent) => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file !== undefined) void take(file);
  };
  addEventListener('dragover', over);
  addEventListener('drop', drop);
  return () => {
    removeEventListener('dragover', over);
    removeEventListener('drop', drop);
  };
}
