// The octets of a segment: each belongs to a field; pointing at one tells its bits, its meaning and its RFC section.

import { signal } from '@preact/signals';
import { dissect, type Field, octetsOf } from '../../src/lab/explain/index.ts';
import { otherEnd, type SentEvent } from '../../src/lab/index.ts';
import { say, t } from '../messages.ts';
import * as lab from '../state/lab.ts';
import { relative } from '../state/panels.ts';
import { issOf } from './numbers.ts';

/** The field that is pointed at, by its place: `bit.bits`. */
const pointed = signal<string | null>(null);

/** The fields of the packet of a sending; empty when the trace has no packets. */
export function fieldsOf(sent: SentEvent): readonly Field[] {
  if (sent.packet === undefined) return [];
  const seq = issOf(lab.trace.value, sent.connection, sent.from);
  // Without the ACK bit the field means nothing.
  const ack = issOf(lab.trace.value, sent.connection, otherEnd(sent.from));
  return dissect(octetsOf(sent.packet), {
    ...(seq === null ? {} : { seq }),
    ...(ack === null || sent.segment.ack === null ? {} : { ack }),
  });
}

/** Fields without those that consist of others; the innermost. */
export function leaves(fields: readonly Field[]): Field[] {
  return fields.flatMap((field) => (field.children.length === 0 ? [field] : leaves(field.children)));
}

/** A field's value as the page writes it. */
export function fieldValue(field: Field): string {
  return relative.value && field.relative !== null ? `${field.relative} (${field.value})` : field.value;
}

function keyOf(field: Field): string {
  return `${field.bit}.${field.bits}`;
}

/** Rows of the list of fields, with how deep they are. */
function flat(fields: readonly Field[], depth = 0): { readonly field: Field; readonly depth: number }[] {
  return fields.flatMap((field) => [{ field, depth }, ...flat(field.children, depth + 1)]);
}

/** The bits of a field, in octets: `0101 0000`. */
function bitsOf(packet: Uint8Array, field: Field): string {
  const most = Math.min(field.bits, 64);
  let text = '';
  for (let i = 0; i < most; i++) {
    const bit = field.bit + i;
    text += ((packet[bit >> 3] as number) >> (7 - (bit & 7))) & 1;
    if (i < most - 1 && ((bit + 1) & 3) === 0) text += (bit + 1) % 8 === 0 ? '  ' : ' ';
  }
  return field.bits > most ? `${text} …` : text;
}

function FieldButton({ field }: { readonly field: Field }) {
  const point = () => {
    pointed.value = keyOf(field);
  };
  return (
    <button
      type="button"
      class="field"
      aria-pressed={keyOf(field) === pointed.value}
      onPointerEnter={point}
      onFocus={point}
      onClick={point}
    >
      <span>{say(field.info.name)}</span>{' '}
      <code>{field.children.length > 0 && field.bits > 64 ? '' : fieldValue(field)}</code>
    </button>
  );
}

/** The octets and the fields of the segment that is looked at. */
export function BytesView() {
  const sent = lab.sentOf(lab.segmentId.value);
  if (sent === null) return <p class="quiet-text">{t('noSegment')}</p>;
  if (sent.packet === undefined) return <p class="quiet-text">{t('noPacket')}</p>;
  const packet = octetsOf(sent.packet);
  const fields = fieldsOf(sent);
  const rows = flat(fields);
  const chosen = rows.find(({ field }) => keyOf(field) === pointed.value)?.field ?? null;
  const inner = leaves(fields);
  return (
    <div class="bytes">
      <p class="bytes-head">
        <b>{t('segment', { id: sent.id })}</b> <code>{sent.segment.flags}</code>
        <button
          type="button"
          class="quiet"
          aria-pressed={relative.value}
          onClick={() => (relative.value = !relative.value)}
        >
          {relative.value ? t('raw') : t('relative')}
        </button>
      </p>
      <div class="octets" role="img" aria-label={sent.packet}>
        {Array.from(packet.subarray(0, 128), (octet, i) => {
          const field = inner.find((one) => one.bit <= i * 8 + 7 && one.bit + one.bits > i * 8);
          const lit =
            chosen !== null && chosen.bit <= i * 8 + 7 && chosen.bit + Math.max(1, chosen.bits) > i * 8;
          const group = fields.findIndex((one) => one.bit <= i * 8 && one.bit + one.bits > i * 8);
          return (
            <span
              key={i}
              class="octet"
              data-lit={lit}
              data-group={group}
              onPointerEnter={() => (pointed.value = field === undefined ? null : keyOf(field))}
              onPointerDown={() => (pointed.value = field === undefined ? null : keyOf(field))}
            >
              {octet.toString(16).padStart(2, '0')}
            </span>
          );
        })}
        {packet.length > 128 && <span> … {packet.length}</span>}
      </div>
      <div class="field-card">
        {chosen === null ? (
          <p class="quiet-text">{t('pointAtField')}</p>
        ) : (
          <>
            <p>
              <b>{say(chosen.info.name)}</b> = <code>{fieldValue(chosen)}</code>
            </p>
            {chosen.bits > 0 && chosen.bits <= 64 && (
              <p class="bits">
                <code>{bitsOf(packet, chosen)}</code>
              </p>
            )}
            <p>
              {say(chosen.info.meaning)} <span class="rfc">{chosen.info.section}</span>
            </p>
          </>
        )}
      </div>
      {fields.map((header) => (
        <details key={keyOf(header)} open={header.info.id.startsWith('tcp')} class="header">
          <summary>{say(header.info.name)}</summary>
          <ul class="fields">
            {flat(header.children).map(({ field, depth }) => (
              <li key={keyOf(field) + field.info.id} style={{ paddingLeft: `${depth * 0.9}rem` }}>
                <FieldButton field={field} />
              </li>
            ))}
          </ul>
        </details>
      ))}
    </div>
  );
}
