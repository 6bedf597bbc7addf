// Sentences with the terms of the glossary marked: pointing at one tells what it is.

import { signal } from '@preact/signals';
import { Fragment } from 'preact';
import { findTerms, type Term } from '../../src/lab/explain/index.ts';
import { say } from '../messages.ts';
import { lang } from '../state/lab.ts';
import { CLOSING, OPENING, phrases, WHOLE } from './phrases.ts';
import { sectionText } from './sections.ts';

/** The term that was pointed at last. */
const shown = signal<Term | null>(null);

/** A text whose names and quantities are not broken. */
function whole(text: string) {
  return text.split(WHOLE).map((part, i) =>
    i % 2 === 0 ? (
      part
    ) : part.startsWith('`') ? (
      <code key={`${i}${part}`}>{part.slice(1, -1)}</code>
    ) : (
      <span key={`${i}${part}`} class="nb">
        {part}
      </span>
    ),
  );
}

/** A sentence whose names and quantities are not broken. */
export function Whole({ text }: { readonly text: string }) {
  return <>{whole(text)}</>;
}

/** A heading: in Chinese it is broken between words only. */
export function Title({ text }: { readonly text: string }) {
  if (lang.value !== 'zh') return <>{whole(text)}</>;
  return (
    <span class="phrases">
      {phrases(text).map((piece, i) => (
        <Fragment key={`${i}${piece}`}>
          {i > 0 && <wbr />}
          {piece}
        </Fragment>
      ))}
    </span>
  );
}

/** A sentence; the first use of each term is marked. */
export function Rich({ text }: { readonly text: string }) {
  const seen = new Set<string>();
  const parts = [];
  let at = 0;
  for (const { term, from, to } of findTerms(text, lang.value)) {
    if (seen.has(term.id)) continue;
    seen.add(term.id);
    const show = () => {
      shown.value = term;
    };
    const [opening = ''] = OPENING.exec(text.slice(at, from)) ?? [];
    const [closing = ''] = CLOSING.exec(text.slice(to)) ?? [];
    parts.push(
      ...whole(text.slice(at, from - opening.length)),
      // A line may be broken on both sides of a button, even before a comma.
      <span key={term.id} class="nb">
        {opening}
        <button type="button" class="term" onPointerEnter={show} onFocus={show} onClick={show}>
          {text.slice(from, to)}
        </button>
        {closing}
      </span>,
    );
    at = to + closing.length;
  }
  parts.push(...whole(text.slice(at)));
  return <span>{parts}</span>;
}

/** What the term is that was pointed at. */
export function TermCard() {
  const term = shown.value;
  return (
    <p class="term-card" role="status" data-empty={term === null}>
      {term !== null && (
        <>
          <b>{say(term.name)}</b> {say(term.definition)} <span class="rfc">{sectionText(term.section)}</span>
        </>
      )}
    </p>
  );
}
