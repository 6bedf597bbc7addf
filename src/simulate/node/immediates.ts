// How many immediates Node has to run, those of C++ among them, in which http2 and TLS write: numbers that Node shares
// between its two halves. The inspector, asked in this process, shows the variable of Node's own `timers` that has them.

import { nodeModule } from './modules.ts';

/** Of the numbers: immediates of JavaScript, and those of both that the loop waits for (env.h: ImmediateInfo). */
const COUNT = 0;
const REFERENCED = 1;

const FOUND = Symbol.for('synfin.immediates');

interface Property {
  readonly name: string;
  readonly value?: { readonly objectId?: string; readonly description?: string };
}

let info: Uint32Array | null | undefined;

function find(): Uint32Array | null {
  const { Session } = nodeModule('inspector');
  const session = new Session();
  session.connect();
  try {
    /** In this process the answer is there when the call returns. */
    const ask = (method: string, params: object): Record<string, unknown> => {
      let answer: Record<string, unknown> = {};
      session.post(method, params, (_error: Error | null, result?: object) => {
        answer = (result ?? {}) as Record<string, unknown>;
      });
      return answer;
    };
    const properties = (objectId: string, which = 'result'): Property[] =>
      (ask('Runtime.getProperties', { objectId, ownProperties: true })[which] ?? []) as Property[];
    const expression = "process.getBuiltinModule('timers').clearImmediate";
    const { result } = ask('Runtime.evaluate', { expression }) as { result?: { objectId?: string } };
    const scopes = properties(result?.objectId ?? '', 'internalProperties').find(
      ({ name }) => name === '[[Scopes]]',
    )?.value?.objectId;
    for (const { value } of scopes === undefined ? [] : properties(scopes)) {
      if (value?.objectId === undefined || value.description === 'Global') continue;
      const found = properties(value.objectId).find(({ name }) => name === 'immediateInfo')?.value?.objectId;
      if (found === undefined) continue;
      const globals = globalThis as unknown as Record<symbol, Uint32Array | undefined>;
      ask('Runtime.callFunctionOn', {
        objectId: found,
        functionDeclaration: `function () { globalThis[Symbol.for('synfin.immediates')] = this; }`,
      });
      const numbers = globals[FOUND];
      delete globals[FOUND];
      return numbers ?? null;
    }
    return null;
  } finally {
    session.disconnect();
  }
}

/** The function that says whether immediates wait; null where Node does not show them. */
export function immediatesWait(): (() => boolean) | null {
  if (info === undefined) {
    try {
      info = find();
    } catch {
      info = null; // without an inspector
    }
  }
  const numbers = info;
  return numbers === null ? null : () => ((numbers[COUNT] as number) | (numbers[REFERENCED] as number)) !== 0;
}
