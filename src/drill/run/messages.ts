// recvmsg and sendmsg of scripts: their buffers, and the flags and control messages that recvmsg gives.

import type { ControlMessage, ExtendedError, Message, Timestamp } from '../../socket/posix/index.ts';
import type { Expression } from '../ast.ts';
import { printExpression } from '../parse/print.ts';
import type { RunConfig } from './config.ts';
import { Mismatch, seconds, UnsupportedError } from './result.ts';
import { fieldOf, isEllipsis, numberOf, single } from './values.ts';

type Struct = Expression & { readonly kind: 'struct' };

/** The struct msghdr of a call. */
export function messageOf(args: readonly Expression[]): Struct {
  const m = single(args[1]);
  if (m?.kind !== 'struct') throw new UnsupportedError(`a message that is none`);
  return m;
}

/** What control messages are judged with: times count from the script's time 0. */
export interface MessageContext {
  readonly config: RunConfig;
  /** The target's clock then. */
  readonly startUs: number;
}

/** Throws Mismatch when recvmsg has given other flags or control messages than the script says. */
export function checkMessage(expected: Struct, actual: Message, x: MessageContext): void {
  const flags = fieldOf(expected, 'msg_flags');
  if (flags !== undefined && !isEllipsis(flags) && numberOf(flags) !== actual.flags)
    throw new Mismatch(
      'msg_flags differ',
      `0x${numberOf(flags).toString(16)}`,
      `0x${actual.flags.toString(16)}`,
    );
  const control = fieldOf(expected, 'msg_control');
  if (control === undefined || isEllipsis(control)) return;
  if (control.kind !== 'list') throw new UnsupportedError(`the control messages ${printExpression(control)}`);
  if (control.items.length !== actual.control.length)
    throw new Mismatch(
      'the number of control messages differs',
      `${control.items.length}`,
      `${actual.control.length}`,
    );
  for (const [i, item] of control.items.entries()) {
    if (item.kind !== 'struct') throw new UnsupportedError(`the control message ${printExpression(item)}`);
    checkControl(item, actual.control[i] as ControlMessage, x);
  }
}

function same(name: string, expected: Expression | undefined, actual: number): void {
  if (expected === undefined || isEllipsis(expected)) return;
  const want = numberOf(expected);
  if (want >>> 0 !== actual >>> 0) throw new Mismatch(`${name} differs`, `${want}`, `${actual}`);
}

function checkControl(e: Struct, { level, type, data }: ControlMessage, x: MessageContext): void {
  same('cmsg_level', fieldOf(e, 'cmsg_level'), level);
  same('cmsg_type', fieldOf(e, 'cmsg_type'), type);
  const want = fieldOf(e, 'cmsg_data');
  if (want === undefined || isEllipsis(want)) return;
  if (typeof data === 'number') same('cmsg_data', want, data);
  else if (want.kind !== 'struct')
    throw new UnsupportedError(`cmsg_data ${printExpression(want)} of a structure`);
  else if ('us' in data) checkTime(want, data, x);
  else checkError(want, data);
}

function checkTime(want: Struct, { us }: Timestamp, { config, startUs }: MessageContext): void {
  const number = (name: string): number => {
    const e = fieldOf(want, name);
    return e === undefined || isEllipsis(e) ? 0 : numberOf(e);
  };
  const said = number('scm_sec') * 1e6 + number('scm_nsec') / 1000;
  const actual = us - startUs;
  if (Math.abs(actual - said) > config.toleranceUs)
    throw new Mismatch('the time of SCM_TIMESTAMPING differs', `${seconds(said)} s`, `${seconds(actual)} s`);
}

function checkError(want: Struct, error: ExtendedError): void {
  for (const name of ['errno', 'origin', 'type', 'code', 'info', 'data'] as const)
    same(`ee_${name}`, fieldOf(want, `ee_${name}`), error[name]);
}
