// Runs the code blocks of a script, `%{ assert tcpi_snd_cwnd == 10, tcpi_snd_cwnd }%`: a small evaluator
// for the part of Python they use. There is no access to anything but the variables given; work and
// memory are bounded by the length of the block.

import { Source } from './error.ts';
import type { CodeExpr, CodeStatement } from './expr-ast.ts';
import { CodeFault, type CodeValue, format, MAX_TEXT, repr, str } from './expr-format.ts';
import { FUNCTIONS } from './expr-functions.ts';
import { binary, compare, index, isSequence, sequence, truthy, unary } from './expr-ops.ts';
import { parseCode } from './expr-parser.ts';

/** How a block ended. `output` is what it printed, a string per call of `print`. */
export type CodeOutcome =
  | { readonly ok: true; readonly output: readonly string[] }
  | {
      readonly ok: false;
      readonly output: readonly string[];
      /** An assertion that does not hold, or an error while running (`NameError` …). */
      readonly kind: 'assertion' | 'error';
      /** The assertion's own message, or what Python would say; may be empty. */
      readonly message: string;
      /** 1-based line in the script's file. */
      readonly line: number;
      /** The source text of that line, trimmed. */
      readonly text: string;
    };

const MAX_VARIABLES = 10_000;

/** Variables that persist from block to block, and the blocks' evaluator. */
export class CodeContext {
  private readonly variables: Map<string, CodeValue>;

  constructor() {
    this.variables = new Map();
  }

  /** Sets a variable (`tcpi_rtt`, `TCP_CLOSE`); a number that is an integer becomes an int. */
  set(name: string, value: number | bigint | string | boolean): void {
    this.variables.set(name, typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value);
  }

  /** Sets many. */
  setAll(values: Iterable<readonly [string, number | bigint]>): void {
    for (const [name, value] of values) this.set(name, value);
  }

  /** The value of a variable, undefined when there is none. */
  get(name: string): CodeValue | undefined {
    return this.variables.get(name);
  }

  /**
   * Runs a block. `line` is where `text` begins in `file`. Throws ScriptError when the text is not in the
   * supported part of Python; what fails while running is the outcome.
   */
  run(text: string, file = 'script', line = 1): CodeOutcome {
    const source = new Source(file, text, line);
    const statements = parseCode(source);
    const run = new Run(this.variables);
    try {
      run.block(statements);
      return { ok: true, output: run.output };
    } catch (fault) {
      if (!(fault instanceof CodeFault)) throw fault;
      const at = source.line(run.at);
      return {
        ok: false,
        output: run.output,
        kind: fault.name === 'AssertionError' ? 'assertion' : 'error',
        message: fault.name === 'AssertionError' ? fault.message : `${fault.name}: ${fault.message}`,
        line: at,
        text: (text.split('\n')[at - line] ?? '').trim(),
      };
    }
  }
}

class Run {
  readonly output: string[];
  /** Offset of the statement under way. */
  at: number;
  private readonly variables: Map<string, CodeValue>;
  private printed: number;

  constructor(variables: Map<string, CodeValue>) {
    this.output = [];
    this.at = 0;
    this.variables = variables;
    this.printed = 0;
  }

  block(statements: readonly CodeStatement[]): void {
    for (const statement of statements) this.statement(statement);
  }

  private statement(s: CodeStatement): void {
    this.at = s.at;
    switch (s.kind) {
      case 'pass':
        return;
      case 'expression':
        this.value(s.value);
        return;
      case 'assert':
        if (!truthy(this.value(s.test))) {
          throw new CodeFault('AssertionError', s.message === null ? '' : str(this.value(s.message)));
        }
        return;
      case 'assign':
        this.assign(s.names, this.value(s.value));
        return;
      case 'augment':
        this.assign([s.name], binary(s.op, this.lookup(s.name), this.value(s.value)));
        return;
      case 'if':
        this.block(truthy(this.value(s.test)) ? s.yes : s.no);
    }
  }

  private assign(names: readonly string[], value: CodeValue): void {
    if (this.variables.size > MAX_VARIABLES) throw new CodeFault('MemoryError', 'too many variables');
    if (names.length === 1) {
      this.variables.set(names[0]!, value);
      return;
    }
    if (!isSequence(value) || value.items.length !== names.length) {
      throw new CodeFault('ValueError', `cannot unpack ${repr(value)} into ${names.length} names`);
    }
    names.forEach((name, i) => {
      this.variables.set(name, value.items[i]!);
    });
  }

  private lookup(name: string): CodeValue {
    const value = this.variables.get(name);
    if (value === undefined) throw new CodeFault('NameError', `name '${name}' is not defined`);
    return value;
  }

  private value(e: CodeExpr): CodeValue {
    switch (e.kind) {
      case 'int':
      case 'float':
      case 'string':
      case 'constant':
        return e.value;
      case 'name':
        return this.lookup(e.name);
      case 'fstring':
        return this.fstring(e);
      case 'sequence':
        return sequence(
          e.list,
          e.items.map((item) => this.value(item)),
        );
      case 'binary':
        return binary(e.op, this.value(e.left), this.value(e.right));
      case 'unary':
        return unary(e.op, this.value(e.operand));
      case 'logical': {
        const left = this.value(e.left);
        return truthy(left) === (e.op === 'or') ? left : this.value(e.right);
      }
      case 'compare': {
        let left = this.value(e.first);
        for (const { op, operand } of e.rest) {
          const right = this.value(operand);
          if (!compare(op, left, right)) return false;
          left = right;
        }
        return true;
      }
      case 'conditional':
        return this.value(truthy(this.value(e.test)) ? e.yes : e.no);
      case 'index':
        return index(this.value(e.value), this.value(e.index));
      case 'call':
        return this.call(
          e.name,
          e.args.map((arg) => this.value(arg)),
        );
    }
  }

  private fstring(e: CodeExpr & { kind: 'fstring' }): string {
    let text = '';
    for (const part of e.parts) {
      if (part.kind === 'text') text += part.text;
      else {
        const value = this.value(part.value);
        text += format(part.repr ? repr(value) : value, part.spec);
      }
      if (text.length > MAX_TEXT) throw new CodeFault('MemoryError', 'string too long');
    }
    return text;
  }

  private call(name: string, args: readonly CodeValue[]): CodeValue {
    if (name === 'print') {
      const line = args.map(str).join(' ');
      this.printed += line.length;
      if (this.printed > MAX_TEXT) throw new CodeFault('MemoryError', 'too much output');
      this.output.push(line);
      return null;
    }
    const body = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
    if (body === undefined) throw new CodeFault('NameError', `name '${name}' is not defined`);
    return body(args);
  }
}
