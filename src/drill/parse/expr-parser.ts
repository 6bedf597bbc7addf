// Recursive descent over a code block, with Python's precedence. What is Python but not in the part
// that scripts need is refused by name.

import { type ScriptError, Source } from './error.ts';
import type { BinaryOp, CodeExpr, CodeStatement, CompareOp, FPart } from './expr-ast.ts';
import { splitFString } from './expr-fstring.ts';
import { type CodeToken, type CodeTokenKind, lexCode } from './expr-lexer.ts';

/** How deep expressions and blocks may nest. */
const MAX_DEPTH = 64;
/** Operators of one level in a row. */
const MAX_CHAIN = 200;
/** Digits of the longest integer literal. */
const MAX_INT_DIGITS = 1000;

/** Words that begin what is not supported, and what that is called. */
const REFUSED = new Map(
  Object.entries({
    async: 'async',
    await: 'await',
    class: 'class',
    def: 'functions (def)',
    del: 'del',
    exec: 'exec',
    for: 'loops (for)',
    from: 'import',
    global: 'global',
    import: 'import',
    lambda: 'lambda',
    match: 'match',
    nonlocal: 'nonlocal',
    raise: 'raise',
    return: 'return',
    try: 'try',
    while: 'loops (while)',
    with: 'with',
    yield: 'yield',
    break: 'break',
    continue: 'continue',
  }),
);

const KEYWORDS = new Set([
  ...REFUSED.keys(),
  'and',
  'or',
  'not',
  'in',
  'is',
  'if',
  'elif',
  'else',
  'assert',
  'pass',
]);
KEYWORDS.delete('match');
KEYWORDS.delete('exec');

/** Binary operators by precedence, the loosest first. */
const LEVELS: readonly (readonly string[])[] = [
  ['|'],
  ['^'],
  ['&'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '//', '%'],
];
const AUGMENTED = /^(\+|-|\*|\/|\/\/|%|\*\*|<<|>>|&|\||\^)=$/;

/** The statements of a block. Throws ScriptError: a mistake, or "unsupported: …". */
export function parseCode(source: Source): CodeStatement[] {
  const parser = new CodeParser(source, lexCode(source));
  const statements = parser.block();
  parser.end();
  return statements;
}

class CodeParser {
  private readonly source: Source;
  private readonly tokens: readonly CodeToken[];
  private index: number;
  private depth: number;

  constructor(source: Source, tokens: readonly CodeToken[]) {
    this.source = source;
    this.tokens = tokens;
    this.index = 0;
    this.depth = 0;
  }

  /** Statements up to a dedent or the end. */
  block(): CodeStatement[] {
    const statements: CodeStatement[] = [];
    while (this.peek().kind !== 'eof' && this.peek().kind !== 'dedent') this.line(statements);
    return statements;
  }

  /** Demands that nothing is left. */
  end(): void {
    if (this.peek().kind !== 'eof') throw this.expected('the end of the code');
  }

  private line(into: CodeStatement[]): void {
    if (this.peek().kind === 'indent') throw this.error('unexpected indentation');
    if (this.accept('newline')) return;
    if (this.isName('if')) {
      into.push(this.nest(() => this.conditional()));
      return;
    }
    this.simpleLine(into);
  }

  /** `statement; statement` and the end of the line. */
  private simpleLine(into: CodeStatement[]): void {
    do {
      if (this.peek().kind === 'newline') break;
      into.push(this.simple());
    } while (this.acceptOp(';'));
    if (!this.accept('newline')) throw this.expected('the end of the statement');
  }

  /** `if` or `elif` and what belongs to it. */
  private conditional(): CodeStatement {
    const at = this.next().at;
    const test = this.expression();
    const yes = this.suite();
    let no: CodeStatement[] = [];
    if (this.isName('elif')) no = [this.nest(() => this.conditional())];
    else if (this.acceptName('else')) no = this.suite();
    return { kind: 'if', test, yes, no, at };
  }

  private suite(): CodeStatement[] {
    this.expectOp(':');
    if (!this.accept('newline')) {
      const statements: CodeStatement[] = [];
      this.simpleLine(statements);
      return statements;
    }
    if (!this.accept('indent')) throw this.expected('an indented block');
    const statements = this.block();
    if (!this.accept('dedent')) throw this.expected('the end of the block');
    return statements;
  }

  private simple(): CodeStatement {
    const token = this.peek();
    if (token.kind === 'name') {
      if (this.acceptName('pass')) return { kind: 'pass', at: token.at };
      if (this.acceptName('assert')) {
        const test = this.expression();
        const message = this.acceptOp(',') ? this.expression() : null;
        return { kind: 'assert', test, message, at: token.at };
      }
      this.refuse(token);
      if (token.text === 'print' && this.tokens[this.index + 1]!.kind === 'string') return this.print();
    }
    const value = this.expressions();
    if (this.acceptOp('=')) {
      const names = this.targets(value);
      const assigned = this.expressions();
      if (this.isOp('=')) throw this.error('unsupported: assignment to several targets');
      return { kind: 'assign', names, value: assigned, at: token.at };
    }
    const op = this.peek().kind === 'op' ? AUGMENTED.exec(this.peek().text)?.[1] : undefined;
    if (op !== undefined) {
      if (value.kind !== 'name') throw this.error('only a name can be assigned to');
      this.next();
      return {
        kind: 'augment',
        name: value.name,
        op: op as BinaryOp,
        value: this.expressions(),
        at: token.at,
      };
    }
    return { kind: 'expression', value, at: token.at };
  }

  /** `print "a", b`, as Python 2 has it. */
  private print(): CodeStatement {
    const { at } = this.next();
    const value = this.expressions();
    const args = value.kind === 'sequence' && !value.list ? value.items : [value];
    return { kind: 'expression', value: { kind: 'call', name: 'print', args, at }, at };
  }

  private targets(value: CodeExpr): string[] {
    const items = value.kind === 'sequence' ? value.items : [value];
    return items.map((item) => {
      if (item.kind !== 'name') throw this.source.error(item.at, 'only a name can be assigned to');
      return item.name;
    });
  }

  /** Expressions joined by commas are a tuple. */
  private expressions(): CodeExpr {
    const first = this.expression();
    if (!this.isOp(',')) return first;
    const items = [first];
    while (this.acceptOp(',')) {
      if (this.peek().kind === 'newline' || this.isOp('=') || this.isOp(')') || this.isOp(';')) break;
      items.push(this.expression());
    }
    return { kind: 'sequence', list: false, items, at: first.at };
  }

  expression(): CodeExpr {
    return this.nest(() => {
      const yes = this.or();
      if (!this.acceptName('if')) return yes;
      const test = this.or();
      if (!this.acceptName('else')) throw this.expected("'else'");
      return { kind: 'conditional', test, yes, no: this.expression(), at: yes.at };
    });
  }

  private or(): CodeExpr {
    let left = this.and();
    for (let n = 0; this.acceptName('or'); n = this.chained(n))
      left = { kind: 'logical', op: 'or', left, right: this.and(), at: left.at };
    return left;
  }

  private and(): CodeExpr {
    let left = this.not();
    while (this.acceptName('and'))
      left = { kind: 'logical', op: 'and', left, right: this.not(), at: left.at };
    return left;
  }

  private not(): CodeExpr {
    const at = this.peek().at;
    if (!this.acceptName('not')) return this.comparison();
    return { kind: 'unary', op: 'not', operand: this.nest(() => this.not()), at };
  }

  private comparison(): CodeExpr {
    const first = this.binary(0);
    const rest: { op: CompareOp; operand: CodeExpr }[] = [];
    for (let op = this.compareOp(); op !== null; op = this.compareOp())
      rest.push({ op, operand: this.binary(0) });
    return rest.length === 0 ? first : { kind: 'compare', first, rest, at: first.at };
  }

  private compareOp(): CompareOp | null {
    const token = this.peek();
    if (token.kind === 'op' && /^(<|>|<=|>=|==|!=)$/.test(token.text)) return this.next().text as CompareOp;
    if (this.acceptName('in')) return 'in';
    if (this.acceptName('is')) return this.acceptName('not') ? 'is not' : 'is';
    if (this.isName('not') && this.tokens[this.index + 1]!.text === 'in') {
      this.index += 2;
      return 'not in';
    }
    return null;
  }

  private binary(level: number): CodeExpr {
    const operators = LEVELS[level];
    if (operators === undefined) return this.unary();
    let left = this.binary(level + 1);
    for (let n = 0; this.peek().kind === 'op' && operators.includes(this.peek().text); n = this.chained(n)) {
      const { text, at } = this.next();
      left = { kind: 'binary', op: text as BinaryOp, left, right: this.binary(level + 1), at };
    }
    return left;
  }

  private unary(): CodeExpr {
    const { text, at } = this.peek();
    for (const op of ['-', '+', '~'] as const) {
      if (text === op && this.acceptOp(op))
        return { kind: 'unary', op, operand: this.nest(() => this.unary()), at };
    }
    return this.power();
  }

  /** `**` binds tighter than a sign on its left and looser than one on its right. */
  private power(): CodeExpr {
    const left = this.postfix();
    const at = this.peek().at;
    if (!this.acceptOp('**')) return left;
    return { kind: 'binary', op: '**', left, right: this.nest(() => this.unary()), at };
  }

  private postfix(): CodeExpr {
    let value = this.atom();
    for (let n = 0; ; n = this.chained(n)) {
      const at = this.peek().at;
      if (this.acceptOp('(')) {
        if (value.kind !== 'name') throw this.source.error(at, 'unsupported: calling what is not a name');
        value = { kind: 'call', name: value.name, args: this.items(')'), at: value.at };
      } else if (this.acceptOp('[')) {
        const index = this.expression();
        if (this.isOp(':')) throw this.error('unsupported: slices');
        this.expectOp(']');
        value = { kind: 'index', value, index, at };
      } else if (this.isOp('.')) {
        if (value.kind !== 'string' || this.tokens[this.index + 1]!.text !== 'format') {
          throw this.error('unsupported: attributes and methods (a.b)');
        }
        this.index += 2;
        this.expectOp('(');
        value = this.format(value.value, this.items(')'), value.at);
      } else return value;
    }
  }

  /** `"{} {1:x}".format(a, b)`: an f-string of the arguments. */
  private format(text: string, args: readonly CodeExpr[], at: number): CodeExpr {
    const pieces = splitFString(text);
    if (typeof pieces === 'string') throw this.source.error(at, pieces);
    let next = 0;
    const parts = pieces.map((piece): FPart => {
      if (piece.kind === 'text') return piece;
      const place = piece.code === '' ? next++ : /^\d+$/.test(piece.code) ? Number(piece.code) : -1;
      const value = args[place];
      if (value === undefined)
        throw this.source.error(at, `unsupported: the field {${piece.code}} of format()`);
      return { kind: 'value', value, repr: piece.repr, spec: piece.spec };
    });
    return { kind: 'fstring', parts, at };
  }

  /** Items up to `close`, a comma allowed behind the last. */
  private items(close: string): CodeExpr[] {
    const items: CodeExpr[] = [];
    while (!this.acceptOp(close)) {
      items.push(this.expression());
      if (this.isOp('=')) throw this.error('unsupported: keyword arguments');
      if (this.isName('for')) throw this.error('unsupported: comprehensions');
      if (!this.acceptOp(',') && !this.isOp(close)) throw this.expected(`',' or '${close}'`);
    }
    return items;
  }

  private atom(): CodeExpr {
    const token = this.next();
    const { at, text } = token;
    switch (token.kind) {
      case 'int':
        if (/^0[0-9]*[1-9]/.test(text)) throw this.source.error(at, 'leading zeros in a number');
        if (text.length > MAX_INT_DIGITS) throw this.source.error(at, 'number too long');
        if (/^0[a-zA-Z]$/.test(text)) throw this.source.error(at, 'a number without digits');
        return { kind: 'int', value: BigInt(text), at };
      case 'float':
        return { kind: 'float', value: Number(text), at };
      case 'string':
      case 'fstring':
        return this.strings(token);
      case 'name':
        if (text === 'True' || text === 'False') return { kind: 'constant', value: text === 'True', at };
        if (text === 'None') return { kind: 'constant', value: null, at };
        this.refuse(token);
        if (!KEYWORDS.has(text)) return { kind: 'name', name: text, at };
        break;
      case 'op':
        if (text === '(') return this.parenthesis(at);
        if (text === '[') return { kind: 'sequence', list: true, items: this.items(']'), at };
        if (text === '{') throw this.source.error(at, 'unsupported: dictionaries and sets');
        break;
    }
    this.index--;
    throw this.expected('an expression');
  }

  private parenthesis(at: number): CodeExpr {
    if (this.acceptOp(')')) return { kind: 'sequence', list: false, items: [], at };
    const inner = this.expressions();
    if (this.isName('for')) throw this.error('unsupported: comprehensions');
    if (this.isOp(':=')) throw this.error('unsupported: :=');
    this.expectOp(')');
    return inner;
  }

  /** Adjacent strings are one. */
  private strings(first: CodeToken): CodeExpr {
    const parts: FPart[] = [];
    let plain = true;
    for (let token = first; ; token = this.next()) {
      if (token.kind === 'string') parts.push({ kind: 'text', text: token.text });
      else {
        plain = false;
        for (const part of this.fparts(token)) parts.push(part);
      }
      const { kind } = this.peek();
      if (kind !== 'string' && kind !== 'fstring') break;
    }
    if (!plain) return { kind: 'fstring', parts, at: first.at };
    return {
      kind: 'string',
      value: parts.map((p) => (p.kind === 'text' ? p.text : '')).join(''),
      at: first.at,
    };
  }

  private fparts(token: CodeToken): FPart[] {
    const pieces = splitFString(token.text);
    if (typeof pieces === 'string') throw this.source.error(token.at, pieces);
    return pieces.map((piece) => {
      if (piece.kind === 'text') return piece;
      return {
        kind: 'value',
        value: this.embedded(piece.code, token.at),
        repr: piece.repr,
        spec: piece.spec,
      };
    });
  }

  /** An expression inside an f-string; a mistake shows the expression and the line of the string. */
  private embedded(code: string, at: number): CodeExpr {
    const source = new Source(this.source.file, code.trim(), this.source.line(at));
    const inner = new CodeParser(source, lexCode(source));
    inner.depth = this.depth + 1;
    const value = inner.nest(() => inner.expressions());
    inner.accept('newline');
    inner.end();
    return value;
  }

  private refuse(token: CodeToken): void {
    const what = REFUSED.get(token.text);
    // `match` and `exec` are ordinary names unless a statement of that kind follows.
    if (what === undefined || token.text === 'match' || token.text === 'exec') return;
    throw this.source.error(token.at, `unsupported: ${what} in code`);
  }

  /** Counts links of a chain such as `a + b + c`, which are as deep in the tree as brackets would be. */
  private chained(links: number): number {
    if (links >= MAX_CHAIN) throw this.error(`more than ${MAX_CHAIN} operators in a row`);
    return links + 1;
  }

  private nest<T>(body: () => T): T {
    if (++this.depth > MAX_DEPTH) throw this.error(`code nested deeper than ${MAX_DEPTH}`);
    const value = body();
    this.depth--;
    return value;
  }

  private peek(): CodeToken {
    return this.tokens[Math.min(this.index, this.tokens.length - 1)]!;
  }

  private next(): CodeToken {
    const token = this.peek();
    this.index++;
    return token;
  }

  private accept(kind: CodeTokenKind): boolean {
    if (this.peek().kind !== kind) return false;
    this.index++;
    return true;
  }

  private isOp(op: string): boolean {
    return this.peek().kind === 'op' && this.peek().text === op;
  }

  private acceptOp(op: string): boolean {
    if (!this.isOp(op)) return false;
    this.index++;
    return true;
  }

  private expectOp(op: string): void {
    if (!this.acceptOp(op)) throw this.expected(`'${op}'`);
  }

  private isName(name: string): boolean {
    return this.peek().kind === 'name' && this.peek().text === name;
  }

  private acceptName(name: string): boolean {
    if (!this.isName(name)) return false;
    this.index++;
    return true;
  }

  private expected(what: string): ScriptError {
    const { kind, text } = this.peek();
    const found =
      kind === 'newline'
        ? 'the end of the line'
        : kind === 'eof'
          ? 'the end of the code'
          : kind === 'string'
            ? 'a string'
            : kind;
    return this.error(`expected ${what}, found ${text === '' || kind === 'string' ? found : `'${text}'`}`);
  }

  private error(summary: string): ScriptError {
    return this.source.error(this.peek().at, summary);
  }
}
