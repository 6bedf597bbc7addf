// The sockets of both hosts as ss would list them at the cursor; every column tells what it is.

import { signal } from '@preact/signals';
import { stateNames, timersAt } from '../../src/lab/explain/index.ts';
import { type End, type QueueView, statesAt, type TcbView, type Trace, tcbAt } from '../../src/lab/index.ts';
import { type MessageKey, t } from '../messages.ts';
import * as lab from '../state/lab.ts';
import { endTitle } from './lab.ts';
import { leftText } from './time.ts';

/** One socket. */
interface Socket {
  readonly key: string;
  readonly end: End;
  readonly state: string;
  readonly recvQ: number;
  readonly sendQ: number;
  readonly local: string;
  readonly peer: string;
  readonly timer: string;
  readonly info: string;
}

const COLUMNS = [
  ['state', 'State', 'ss_state'],
  ['recvQ', 'Recv-Q', 'ss_recvq'],
  ['sendQ', 'Send-Q', 'ss_sendq'],
  ['local', 'Local', 'ss_local'],
  ['peer', 'Peer', 'ss_peer'],
  ['timer', 'Timer', 'ss_timer'],
  ['info', 'Info', 'ss_info'],
] as const satisfies readonly (readonly [keyof Socket, string, MessageKey])[];

/** The column that is explained. */
const asked = signal<MessageKey | null>(null);

/** The queues of the listener after event `at`; null when nobody told. */
export function queuesAt(trace: Trace, at: number): QueueView | null {
  for (let i = Math.min(at, trace.events.length - 1); i >= 0; i--) {
    const queues = trace.events[i]?.queues;
    if (queues !== undefined) return queues;
  }
  return null;
}

function ofConnection(trace: Trace, at: number, index: number, end: End): Socket | null {
  const state = statesAt(trace, at, index)[end];
  if (state === 'CLOSED' || state === 'LISTEN') return null;
  const connection = trace.connections[index];
  if (connection === undefined) return null;
  const [here, there] =
    end === 'left' ? [connection.left, connection.right] : [connection.right, connection.left];
  const tcb = tcbAt(trace, at, end, index);
  const first = timersAt(trace, at, index).find((one) => one.end === end);
  return {
    key: `${end}${index}`,
    end,
    state: stateNames(state).ss,
    recvQ: tcb?.rcv.unread ?? 0,
    sendQ: tcb === null ? 0 : unacknowledged(tcb),
    local: `${here.address}:${here.port}`,
    peer: `${there.address}:${there.port}`,
    timer: first === undefined ? '' : `${first.timer} ${leftText(first.ms)}`,
    info:
      tcb === null
        ? ''
        : `rto:${tcb.rto}${tcb.srtt === null ? '' : ` rtt:${tcb.srtt}`} cwnd:${tcb.cwnd}${tcb.backoff > 0 ? ` backoff:${tcb.backoff}` : ''}`,
  };
}

/** Octets of text from SND.UNA to what the program wrote last: the SYN is none. */
function unacknowledged(tcb: TcbView): number {
  const syn = tcb.snd.una === tcb.snd.iss ? 1 : 0;
  return Math.max(0, ((tcb.snd.end - tcb.snd.una) | 0) - syn);
}

/** The sockets of both hosts after event `at`. */
export function socketsAt(trace: Trace, at: number): Socket[] {
  const list: Socket[] = [];
  const queues = queuesAt(trace, at);
  if (queues !== null) {
    const { address, port } = trace.ends.right;
    list.push({
      key: 'listener',
      end: 'right',
      state: 'LISTEN',
      recvQ: queues.accept,
      sendQ: queues.acceptLimit,
      local: `${address}:${port}`,
      peer: '*',
      timer: '',
      info: `syn:${queues.syn}/${queues.synLimit}`,
    });
  }
  for (const index of trace.connections.keys()) {
    for (const end of ['left', 'right'] as const) {
      const socket = ofConnection(trace, at, index, end);
      if (socket !== null) list.push(socket);
    }
  }
  return list;
}

/** The table, host by host. */
export function SocketsView() {
  const trace = lab.trace.value;
  const all = socketsAt(trace, lab.cursor.value);
  return (
    <div class="sockets">
      <p class="quiet-text">{t('socketsNote')}</p>
      <div class="table-frame" tabIndex={0} role="region" aria-label={t('tab_sockets')}>
        <table class="ss">
          <thead>
            <tr>
              {COLUMNS.map(([name, label, key]) => (
                <th key={name} scope="col">
                  <button
                    type="button"
                    class="ask"
                    aria-expanded={asked.value === key}
                    aria-label={t('whatIs', { name: label })}
                    title={t(key)}
                    onClick={() => (asked.value = asked.value === key ? null : key)}
                  >
                    {label}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          {(['left', 'right'] as const).map((end) => (
            <tbody key={end}>
              <tr class="host">
                <th scope="rowgroup" colSpan={COLUMNS.length}>
                  {endTitle(trace, end, lab.lang.value)}
                </th>
              </tr>
              {all
                .filter((socket) => socket.end === end)
                .map((socket) => (
                  <tr key={socket.key}>
                    {COLUMNS.map(([name]) => (
                      <td key={name}>{socket[name]}</td>
                    ))}
                  </tr>
                ))}
              {!all.some((socket) => socket.end === end) && (
                <tr>
                  <td colSpan={COLUMNS.length}>{t('none')}</td>
                </tr>
              )}
            </tbody>
          ))}
        </table>
      </div>
      <p class="field-card" role="status" hidden={asked.value === null}>
        {asked.value === null ? '' : t(asked.value)}
      </p>
    </div>
  );
}
