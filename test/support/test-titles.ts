// The titles of the tests of a file, read from its source without running it: string and template
// literals given to `describe`, `it`, `test` and `regression`, with the suites they stand in. A title of
// `each` and a template stay as they are written, `%s` and `${…}` included.

/** One test, or one suite. */
export interface TestTitle {
  /** The titles of its suites and its own, joined by ` › `. */
  readonly full: string;
  readonly suite: boolean;
  /** For a test: what lies around it, outermost first. */
  readonly suites: readonly string[];
}

const CALLEES: ReadonlySet<string> = new Set(['describe', 'it', 'test', 'regression']);
/** Properties of the callees that make a suite or a test too. */
const MODIFIERS: ReadonlySet<string> = new Set([
  'each',
  'skipIf',
  'runIf',
  'concurrent',
  'sequential',
  'skip',
]);

type Token =
  | { readonly kind: 'word' | 'mark'; readonly text: string }
  | { readonly kind: 'string'; readonly text: string };

/** What a `/` may follow when it begins a regular expression. */
const BEFORE_REGEX = /(?:^|[([{,;=:!&|?+\-*%<>~^]|\breturn|\btypeof|=>)$/;

/** Words, marks and strings of a program. Comments and regular expressions are left out. */
function tokens(source: string): Token[] {
  const out: Token[] = [];
  let i = 0;
  const before = (): string => {
    const last = out.at(-1);
    return last === undefined ? '' : last.kind === 'string' ? '"' : last.text;
  };
  while (i < source.length) {
    const c = source[i] as string;
    if (/\s/.test(c)) i++;
    else if (source.startsWith('//', i)) i = endOf(source, '\n', i);
    else if (source.startsWith('/*', i)) i = endOf(source, '*/', i);
    else if (c === '/' && BEFORE_REGEX.test(before())) i = skipRegex(source, i);
    else if (c === "'" || c === '"' || c === '`') {
      const end = c === '`' ? skipTemplate(source, i) : skipQuoted(source, i);
      out.push({ kind: 'string', text: unescaped(source.slice(i + 1, end - 1)) });
      i = end;
    } else if (/[\w$]/.test(c)) {
      const [text] = /^[\w$]+/.exec(source.slice(i, i + 200)) as RegExpExecArray;
      out.push({ kind: 'word', text });
      i += text.length;
    } else {
      const text = source.startsWith('=>', i) ? '=>' : c;
      out.push({ kind: 'mark', text });
      i += text.length;
    }
  }
  return out;
}

function endOf(source: string, mark: string, from: number): number {
  const at = source.indexOf(mark, from + 2);
  return at < 0 ? source.length : at + mark.length;
}

function skipQuoted(source: string, from: number): number {
  let i = from + 1;
  while (i < source.length && source[i] !== source[from]) i += source[i] === '\\' ? 2 : 1;
  return i + 1;
}

function skipTemplate(source: string, from: number): number {
  let i = from + 1;
  while (i < source.length && source[i] !== '`') {
    if (source[i] === '\\') i += 2;
    else if (source.startsWith('${', i)) i = skipBraces(source, i + 1);
    else i++;
  }
  return i + 1;
}

function skipBraces(source: string, from: number): number {
  let i = from + 1;
  while (i < source.length && source[i] !== '}') {
    const c = source[i];
    if (c === '{') i = skipBraces(source, i);
    else if (c === '`') i = skipTemplate(source, i);
    else if (c === "'" || c === '"') i = skipQuoted(source, i);
    else i++;
  }
  return i + 1;
}

function skipRegex(source: string, from: number): number {
  let i = from + 1;
  let set = false;
  while (i < source.length && (set || source[i] !== '/')) {
    if (source[i] === '\\') i++;
    else if (source[i] === '[') set = true;
    else if (source[i] === ']') set = false;
    i++;
  }
  while (/\w/.test(source[i + 1] ?? '')) i++;
  return i + 1;
}

function unescaped(text: string): string {
  return text.replace(/\\u\{?([0-9a-fA-F]{4})\}?|\\(.)/g, (_, hex: string | undefined, c: string) =>
    hex === undefined ? c : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** The index of the mark that closes the bracket at `open`. */
function closing(all: readonly Token[], open: number): number {
  let depth = 0;
  for (let i = open; i < all.length; i++) {
    const { kind, text } = all[i] as Token;
    if (kind !== 'mark') continue;
    if (text === '(' || text === '[' || text === '{') depth++;
    else if ((text === ')' || text === ']' || text === '}') && --depth === 0) return i;
  }
  return all.length;
}

/** What follows the type arguments at `open`. */
function afterTypes(all: readonly Token[], open: number): number {
  let depth = 0;
  for (let i = open; i < all.length; i++) {
    if (all[i]?.text === '<') depth++;
    else if (all[i]?.text === '>' && --depth === 0) return i + 1;
  }
  return all.length;
}

/** Where the arguments of a call of a callee begin: the bracket after `it`, `it.each([…])`, `it.skipIf(x)`. */
function argumentsOf(all: readonly Token[], callee: number): number {
  let i = callee + 1;
  while (all[i]?.text === '.' && MODIFIERS.has(all[i + 1]?.text ?? '')) {
    const each = all[i + 1]?.text;
    i += 2;
    if (all[i]?.text === '<') i = afterTypes(all, i);
    if (each === 'each' || each === 'skipIf' || each === 'runIf') i = closing(all, i) + 1;
  }
  return all[i]?.kind === 'mark' && all[i]?.text === '(' ? i : -1;
}

/** The first string in the first argument of the call whose bracket is at `open`. */
function titleAt(all: readonly Token[], open: number): string | null {
  const end = closing(all, open);
  for (let i = open + 1; i < end; i++) {
    const t = all[i] as Token;
    if (t.kind === 'string') return t.text;
    if (t.text === ',' || t.text === '=>' || t.text === '{') return null;
  }
  return null;
}

/** Every suite and test of a source file, in its order. */
export function testTitles(source: string): TestTitle[] {
  const all = tokens(source);
  const out: TestTitle[] = [];
  const open: { title: string; end: number }[] = [];
  for (let i = 0; i < all.length; i++) {
    const { kind, text } = all[i] as Token;
    while (open.length > 0 && i > (open.at(-1) as { end: number }).end) open.pop();
    if (kind !== 'word' || !CALLEES.has(text) || all[i - 1]?.text === '.') continue;
    const at = argumentsOf(all, i);
    const title = at < 0 ? null : titleAt(all, at);
    if (title === null) continue;
    const suites = open.map((o) => o.title);
    out.push({ full: [...suites, title].join(' › '), suite: text === 'describe', suites });
    if (text === 'describe') open.push({ title, end: closing(all, at) });
  }
  return out;
}
