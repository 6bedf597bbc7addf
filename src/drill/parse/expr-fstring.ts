// The text of an f-string to literal text and replacement fields.

/** Literal text, or a replacement field: its code, whether `!r` was asked for, and its format. */
export type FStringPiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'field'; readonly code: string; readonly repr: boolean; readonly spec: string };

/** The pieces of `text {value!r:spec} {{`, or what is wrong with it. */
export function splitFString(text: string): FStringPiece[] | string {
  const pieces: FStringPiece[] = [];
  let literal = '';
  for (let i = 0; i < text.length; ) {
    const c = text[i]!;
    if ((c === '{' || c === '}') && text[i + 1] === c) {
      literal += c;
      i += 2;
    } else if (c === '}') return "single '}' in an f-string";
    else if (c === '{') {
      const field = splitField(text, i + 1);
      if (field === null) return "'{' without '}' in an f-string";
      if (literal !== '') pieces.push({ kind: 'text', text: literal });
      literal = '';
      pieces.push({ kind: 'field', code: field.code, repr: field.repr, spec: field.spec });
      i = field.end;
    } else {
      literal += c;
      i++;
    }
  }
  if (literal !== '') pieces.push({ kind: 'text', text: literal });
  return pieces;
}

/** The replacement field of an f-string that begins at `start`, behind its `{`; null when it does not end. */
function splitField(
  text: string,
  start: number,
): { code: string; repr: boolean; spec: string; end: number } | null {
  let depth = 0;
  let quote = '';
  let codeEnd = -1;
  let repr = false;
  for (let i = start; i < text.length; i++) {
    const c = text[i]!;
    if (quote !== '') {
      if (c === quote) quote = '';
    } else if (c === "'" || c === '"') quote = c;
    else if (c === '(' || c === '[') depth++;
    else if (c === ')' || c === ']') depth--;
    else if (c === '}' && depth <= 0) {
      const code = text.slice(start, codeEnd < 0 ? i : codeEnd);
      return { code, repr, spec: '', end: i + 1 };
    } else if (c === '!' && depth <= 0 && codeEnd < 0 && /^[rs][:}]/.test(text.slice(i + 1, i + 3))) {
      codeEnd = i;
      repr = text[i + 1] === 'r';
    } else if (c === ':' && depth <= 0) {
      const end = text.indexOf('}', i);
      if (end < 0) return null;
      return {
        code: text.slice(start, codeEnd < 0 ? i : codeEnd),
        repr,
        spec: text.slice(i + 1, end),
        end: end + 1,
      };
    }
  }
  return null;
}
