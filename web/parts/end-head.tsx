// One end of the ladder: who it is, and its state at the cursor.

import { PHASES, statesAt } from '../../src/lab/index.ts';
import { say } from '../messages.ts';
import * as lab from '../state/lab.ts';
import { type End, endTitle, stateInfos } from './lab.ts';
import { StateGlyph } from './state-glyph.tsx';

/** Name, address, state. */
export function EndHead({ end }: { readonly end: End }) {
  const { connections } = lab.trace.value;
  const socket = connections[lab.shownConnection.value]?.[end] ?? lab.trace.value.ends[end];
  const state = statesAt(lab.trace.value, lab.cursor.value, lab.shownConnection.value)[end];
  const changed =
    lab.event.value?.connection === lab.shownConnection.value &&
    lab.event.value.changes.some((one) => one.end === end);
  const info = stateInfos[state];
  return (
    <div class="end" data-end={end}>
      <span class="name">{endTitle(lab.trace.value, end, lab.lang.value)}</span>
      <span class="address">
        {socket.address}:{socket.port}
      </span>
      <span
        class="state"
        data-state={state}
        data-phase={PHASES[state]}
        data-changed={changed}
        title={`${info.zh} · ss: ${info.ss} · netstat: ${info.netstat}. ${say(info.meaning)}`}
      >
        <StateGlyph state={state} />
        {state}
      </span>
    </div>
  );
}
