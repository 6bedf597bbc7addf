// A file that is dropped onto the page, or chosen, is shown: a trace, a capture that has its trace in it, or a capture of the
// wire, which is judged. It is read here and goes nowhere.

import type { Trace } from '../../src/lab/index.ts';
import { t } from '../messages.ts';
import { isCapture } from '../state/captures.ts';
import { showTrace, trouble } from '../state/lab.ts';
import { stateInfos } from './lab.ts';

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

const isEnd = (value: unknown): boolean => value === 'left' || value === 'right';
const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);

/** What the page looks at in an event, whatever else is in it. */
function needEvent(event: unknown, where: string, connections: number): void {
  need(isObject(event) && KINDS.includes(String(event['kind'])), `${where}.kind`);
  const { kind, t, connection, states, changes, segment } = event;
  need(isNumber(t), `${where}.t`);
  need(
    Number.isInteger(connection) && Number(connection) >= 0 && Number(connection) < connections,
    `${where}.connection`,
  );
  need(isObject(states) && isState(states['left']) && isState(states['right']), `${where}.states`);
  need(Array.isArray(changes), `${where}.changes`);
  for (const one of changes)
    need(
      isObject(one) && isEnd(one['end']) && isState(one['from']) && isState(one['to']),
      `${where}.changes`,
    );
  if (kind === 'sent') {
    need(isEnd(event['from']) && isNumber(event['id']), `${where}.from`);
    need(isObject(segment) && typeof segment['flags'] === 'string', `${where}.segment`);
    need(
      isNumber(segment['seq']) && isNumber(segment['length']) && isNumber(segment['window']),
      `${where}.segment`,
    );
    need(segment['ack'] === null || isNumber(segment['ack']), `${where}.segment.ack`);
    need(isObject(segment['options']), `${where}.segment.options`);
  } else if (kind === 'arrived' || kind === 'lost')
    need(isEnd(event['to']) && isNumber(event['id']), `${where}.to`);
  else if (kind === 'call' || kind === 'timer') need(isEnd(event['end']), `${where}.end`);
}

/** The name of a state. */
function isState(value: unknown): boolean {
  return typeof value === 'string' && Object.hasOwn(stateInfos, value);
}

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
  need(isObject(begin) && isState(begin['left']) && isState(begin['right']), 'begin');
  need(Array.isArray(connections) && connections.length > 0, 'connections');
  for (const one of connections)
    need(
      isObject(one) && isObject(one['left']) && isObject(one['right']) && isObject(one['begin']),
      'connections',
    );
  need(Array.isArray(events), 'events');
  for (const [i, event] of events.entries()) needEvent(event, `events[${i}]`, connections.length);
  return value as unknown as Trace;
}

/** Opens a file. */
export async function takeFile(file: File): Promise<void> {
  try {
    const octets = new Uint8Array(await file.slice(0, LARGEST).arrayBuffer());
    if (isCapture(octets)) {
      const { traceIn } = await import('../state/exports.ts');
      const text = file.size <= LARGEST ? traceIn(octets) : null;
      if (text === null) {
        const { openCapture } = await import('./capture-view.tsx');
        const why = await openCapture(file);
        trouble.value = why === null ? null : t('badCapture', { name: file.name, why });
        return;
      }
      showTrace(file.name, parseTrace(text));
    } else {
      need(file.size <= LARGEST, `> ${LARGEST}`);
      showTrace(file.name, parseTrace(new TextDecoder().decode(octets)));
    }
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
    if (file !== undefined) void takeFile(file);
  };
  addEventListener('dragover', over);
  addEventListener('drop', drop);
  return () => {
    removeEventListener('dragover', over);
    removeEventListener('drop', drop);
  };
}
