// What Zeek says of a connection in its conn.log: conn_state and history (docs.zeek.org, base/protocols/conn/main.zeek).

import { ACK, FIN, RST, SYN } from '../wire/index.ts';
import { type Connection, Mark } from './follow/index.ts';

/** conn_state and history. */
export interface ZeekSummary {
  /** S0, S1, SF, REJ, S2, S3, RSTO, RSTR, RSTOS0, RSTRH, SH, SHR, OTH. */
  readonly state: string;
  /** Letters in the order in which they were first seen: upper case for the originator. */
  readonly history: string;
}

/** conn_state of a connection. */
function stateOf({ sides: [client, server], midStream, synAck, closedBy }: Connection): string {
  const syn = client.syn !== null && !client.syn.is(ACK);
  if (midStream) return 'OTH';
  if (!syn) {
    // Only the answer was seen.
    if (server.rst !== null) return 'RSTRH';
    return server.fin !== null ? 'SHR' : 'OTH';
  }
  if (synAck === null && server.syn === null) {
    if (server.rst !== null) return 'REJ';
    if (client.rst !== null) return 'RSTOS0';
    return client.fin !== null ? 'SH' : 'S0';
  }
  const rst = [client.rst, server.rst].filter((one) => one !== null).sort((a, b) => a.us - b.us)[0];
  if (client.fin !== null && server.fin !== null) return 'SF';
  if (rst !== undefined) return rst.way === 0 ? 'RSTO' : 'RSTR';
  if (closedBy === null) return 'S1';
  return closedBy === 0 ? 'S2' : 'S3';
}

/** history of a connection. */
function historyOf({ segments, sides }: Connection): string {
  let history = sides[0].packets === 0 ? '^' : '';
  const said = new Set<string>();
  const say = (letter: string, way: number): void => {
    const one = way === 0 ? letter : letter.toLowerCase();
    if (said.has(one)) return;
    said.add(one);
    history += one;
  };
  for (const { ctl, length, marks, way } of segments) {
    if ((marks & Mark.COPY) !== 0) continue;
    if ((marks & Mark.BAD_SUM) !== 0) {
      say('C', way);
      continue;
    }
    const multi = (ctl & (SYN | FIN)) === (SYN | FIN) || (ctl & (SYN | RST)) === (SYN | RST);
    if (multi) say('Q', way);
    else if ((ctl & SYN) !== 0) say((ctl & ACK) === 0 ? 'S' : 'H', way);
    if ((marks & Mark.UNSEEN_ACKED) !== 0) say('G', 1 - way);
    if ((marks & Mark.RETRANSMITTED) !== 0 && length > 0 && (marks & Mark.FIRST_UNSEEN) === 0) say('T', way);
    if ((marks & Mark.ZERO_WINDOW) !== 0) say('W', way);
    if (length > 0) say('D', way);
    else if ((ctl & (SYN | FIN | RST | ACK)) === ACK) say('A', way);
    if ((ctl & FIN) !== 0 && !multi) say('F', way);
    if ((ctl & RST) !== 0 && !multi) say('R', way);
  }
  return history;
}

/** What Zeek would log of a connection. */
export function zeekOf(connection: Connection): ZeekSummary {
  return { state: stateOf(connection), history: historyOf(connection) };
}
