// The octets of a packet with the field that is chosen, and the difference of two packets field by field.

import type { Lang, Trace } from '../../lab/index.ts';
import type { Params } from '../../lab/text/index.ts';
import { type MessageKey, t } from '../messages.ts';
import { type OpenRun, sentOf } from './model.ts';
import { fieldsAt, fieldsOf, type PacketField, packetAt } from './packet-fields.ts';
import { fitted, styled } from './paint.ts';
import { BESIDE, BOLD, DIM, type PaneSize, REVERSE, wrapped } from './pane-size.ts';

const PER_LINE = 16;
/** Columns of the name of a field. */
const NAME = 22;

/** The octets of the packet at the cursor, with the field that is chosen. */
export function byteLines(trace: Trace, open: OpenRun, lang: Lang, size: PaneSize): string[] {
  const packet = packetAt(trace, open.at);
  if (packet === null) return [t(lang, 'tuiNoBytes')];
  const fields = fieldsOf(packet, lang);
  const field = fields[Math.min(open.field, fields.length - 1)];
  const perLine = size.columns >= 72 ? PER_LINE : PER_LINE / 2;
  const lines: string[] = [];
  const chosen = (at: number): boolean =>
    field !== undefined && at >= field.at && at < field.at + field.length;
  for (let at = 0; at < packet.length; at += perLine) {
    let text = at.toString(16).padStart(4, '0');
    for (let i = at; i < at + perLine && i < packet.length; i++) {
      const octet = (packet[i] as number).toString(16).padStart(2, '0');
      const open = chosen(i) && !(i > at && chosen(i - 1));
      const after = i > at && chosen(i - 1) && !chosen(i);
      const between = size.colour ? ' ' : open ? '[' : after ? ']' : ' ';
      text += between + (chosen(i) ? styled(octet, REVERSE, size.colour) : octet);
      if (!size.colour && chosen(i) && (i + 1 === packet.length || i + 1 === at + perLine)) text += ']';
    }
    lines.push(text);
  }
  if (field === undefined) return lines;
  const { name, value, at, length: len } = field;
  const about = wrapped(t(lang, 'tuiField', { name, value, at, len }), size);
  // The line of the field stays in sight where not all lines do.
  const room = Math.max(1, size.rows - about.length);
  const first = Math.max(0, Math.min(Math.floor(at / perLine) - (room >> 1), lines.length - room));
  const dump = lines.slice(first, first + room);
  return [
    ...about.map((line) => styled(line, BOLD, size.colour)),
    ...dump,
    ...(size.rows > about.length + dump.length + 3
      ? fieldList(fields, open.field, size, about.length + dump.length)
      : []),
  ];
}

/** The fields around the chosen one, where there is room for them. */
function fieldList(fields: readonly PacketField[], chosen: number, size: PaneSize, used: number): string[] {
  const room = size.rows - used - 1;
  const first = Math.max(0, Math.min(chosen - (room >> 1), fields.length - room));
  const list = fields.slice(first, first + room).map(({ name, value }, i) => {
    const here = first + i === chosen;
    const text = fitted(
      `${here ? '>' : ' '} ${fitted(name, NAME, size.ascii)} ${value}`,
      size.columns,
      size.ascii,
    );
    return here ? styled(text, REVERSE, size.colour) : text;
  });
  return ['', ...list];
}

/** The fields in which two segments differ. */
export function diffLines(trace: Trace, open: OpenRun, lang: Lang, size: PaneSize): string[] {
  if (open.compared === null) return [];
  const [a, b] = open.compared;
  const [first, second] = [fieldsAt(trace, a, lang), fieldsAt(trace, b, lang)];
  const names = new Map([...first, ...second].map(({ id, name }) => [id, name]));
  const value = (fields: readonly PacketField[], id: string): string =>
    fields.find((field) => field.id === id)?.value ?? '-';
  const rows = [...names].map(([id, name]) => [name, value(first, id), value(second, id)] as const);
  const differ = rows.filter(([, one, other]) => one !== other);
  const width = Math.max(8, (size.columns - NAME - 2) >> 1);
  const line = (name: string, one: string, other: string): string[] =>
    size.columns >= BESIDE
      ? [`${fitted(name, NAME, size.ascii)} ${fitted(one, width, size.ascii)} ${other}`]
      : [name, `  ${one}`, `  ${other}`];
  const id = (at: number): string => {
    const sent = sentOf(trace, at);
    return sent === null ? '' : `#${sent.id} ${sent.segment.flags} ${trace.ends[sent.from].name}`;
  };
  const say = (key: MessageKey, params: Params = {}): string => t(lang, key, params);
  const tail = second.length === 0 || first.length === 0 ? [say('tuiNoBytes')] : [];
  return [
    ...line(say('tuiDiffHead'), id(a), id(b)).map((text) => styled(text, BOLD, size.colour)),
    ...differ.flatMap(([name, one, other]) => line(name, one, other)),
    ...tail,
    styled(say('tuiSame', { n: rows.length - differ.length }), DIM, size.colour),
  ];
}
