// The language of the theories: first-order formulas as Ivy writes them, read into trees.
//
//   took(p, q) & syn_acked(p) -> irs(q) = iss(p)      state(p) in {FIN_WAIT_1, CLOSING}
//   forall y. rcv_nxt(p) <= y & y < x -> kept(p, y)    if state(p) = CLOSE_WAIT then LAST_ACK else FIN_WAIT_1
//
// The letter of a variable tells its sort, so that nothing is declared: p, q, r are incarnations, x, y, z offsets, m, n
// numbers, g, h hosts, s, t, u instants. What is free in a clause is meant for all; what is free in a guard is a parameter of its action.

/** What there is. Hosts are two: a truth value. */
export type Sort = 'incarnation' | 'number' | 'offset' | 'octet' | 'instant' | 'host' | 'state' | 'truth';

/** A tree of a formula or a term. Constants are calls without arguments. */
export type Formula =
  | { readonly op: 'variable'; readonly name: string }
  | { readonly op: 'call'; readonly name: string; readonly args: readonly Formula[] }
  | { readonly op: Connective; readonly args: readonly Formula[] }
  | { readonly op: 'forall' | 'exists'; readonly variables: readonly string[]; readonly body: Formula };

/** How formulas and terms are put together; `at-most` is the order of offsets. */
export type Connective = 'not' | 'and' | 'or' | 'implies' | 'iff' | 'equal' | 'at-most' | 'if';

const LETTERS: Readonly<Record<string, Sort>> = {
  p: 'incarnation',
  q: 'incarnation',
  r: 'incarnation',
  x: 'offset',
  y: 'offset',
  z: 'offset',
  m: 'number',
  n: 'number',
  g: 'host',
  h: 'host',
  s: 'instant',
  t: 'instant',
  u: 'instant',
};

/** The sort of a variable by its letter; undefined: the name is no variable's. */
export function sortOf(name: string): Sort | undefined {
  return name.length === 1 ? LETTERS[name] : undefined;
}

const TOKEN = /\s*(?:(<->|->|<=|~=|:=|[~&|=<(){},.])|([A-Za-z][A-Za-z0-9_]*))/y;
const END = '';

class Reader {
  readonly #tokens: string[] = [];
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    TOKEN.lastIndex = 0;
    const trimmed = text.trimEnd();
    while (TOKEN.lastIndex < trimmed.length) {
      const from = TOKEN.lastIndex;
      const found = TOKEN.exec(trimmed);
      if (found === null) throw this.#error(`cannot read '${trimmed.slice(from).trim()}'`);
      this.#tokens.push((found[1] ?? found[2]) as string);
    }
  }

  #error(what: string): SyntaxError {
    return new SyntaxError(`${what} in: ${this.#text}`);
  }

  #peek(): string {
    return this.#tokens[this.#at] ?? END;
  }

  #next(): string {
    return this.#tokens[this.#at++] ?? END;
  }

  #takes(token: string): boolean {
    if (this.#peek() !== token) return false;
    this.#at++;
    return true;
  }

  expect(token: string): void {
    const found = this.#next();
    if (found !== token) throw this.#error(`'${token}' is expected where '${found}' stands`);
  }

  end(): void {
    if (this.#peek() !== END) throw this.#error(`'${this.#peek()}' is too much`);
  }

  formula(): Formula {
    const left = this.#implication();
    return this.#takes('<->') ? { op: 'iff', args: [left, this.#implication()] } : left;
  }

  #implication(): Formula {
    const left = this.#chain('|', 'or', () => this.#chain('&', 'and', () => this.#unary()));
    return this.#takes('->') ? { op: 'implies', args: [left, this.#implication()] } : left;
  }

  #chain(sign: string, op: 'and' | 'or', one: () => Formula): Formula {
    const args = [one()];
    while (this.#takes(sign)) args.push(one());
    return args.length === 1 ? (args[0] as Formula) : { op, args };
  }

  #unary(): Formula {
    if (this.#takes('~')) return { op: 'not', args: [this.#unary()] };
    const word = this.#peek();
    if (word === 'forall' || word === 'exists') return this.#quantified(word);
    return this.#comparison();
  }

  #quantified(op: 'forall' | 'exists'): Formula {
    this.#at++;
    const variables: string[] = [];
    do {
      const name = this.#next();
      if (sortOf(name) === undefined) throw this.#error(`'${name}' is no variable`);
      variables.push(name);
    } while (this.#takes(','));
    this.expect('.');
    return { op, variables, body: this.formula() };
  }

  /** `a <= b < c` is `a <= b & b < c`. */
  #comparison(): Formula {
    const terms = [this.term()];
    const found: Formula[] = [];
    for (;;) {
      const sign = this.#peek();
      if (!['=', '~=', '<', '<=', 'in'].includes(sign)) break;
      this.#at++;
      const left = terms[terms.length - 1] as Formula;
      if (sign === 'in') {
        found.push(this.#member(left));
        break;
      }
      const right = this.term();
      terms.push(right);
      const same: Formula = { op: 'equal', args: [left, right] };
      const ordered: Formula = { op: 'at-most', args: [left, right] };
      if (sign === '=') found.push(same);
      else if (sign === '~=') found.push({ op: 'not', args: [same] });
      else if (sign === '<=') found.push(ordered);
      else found.push(ordered, { op: 'not', args: [same] });
    }
    if (found.length === 0) return terms[0] as Formula;
    return found.length === 1 ? (found[0] as Formula) : { op: 'and', args: found };
  }

  #member(term: Formula): Formula {
    this.expect('{');
    const args: Formula[] = [];
    do args.push({ op: 'equal', args: [term, this.term()] });
    while (this.#takes(','));
    this.expect('}');
    return { op: 'or', args };
  }

  term(): Formula {
    if (this.#takes('(')) {
      const inner = this.formula();
      this.expect(')');
      return inner;
    }
    if (this.#takes('if')) {
      const condition = this.formula();
      this.expect('then');
      const yes = this.term();
      this.expect('else');
      return { op: 'if', args: [condition, yes, this.term()] };
    }
    const name = this.#next();
    if (!/^[A-Za-z]/.test(name)) throw this.#error(`a name is expected where '${name}' stands`);
    if (sortOf(name) !== undefined) return { op: 'variable', name };
    const args: Formula[] = [];
    if (this.#takes('(')) {
      do args.push(this.formula());
      while (this.#takes(','));
      this.expect(')');
    }
    return { op: 'call', name, args };
  }
}

/** Reads a formula. Throws a SyntaxError for a text that is none. */
export function parseFormula(text: string): Formula {
  const reader = new Reader(text);
  const formula = reader.formula();
  reader.end();
  return formula;
}

/** `f(s, t) := e`: the value of a function at one point, after an action. */
export interface Assignment {
  readonly name: string;
  readonly args: readonly Formula[];
  readonly value: Formula;
}

/** Reads an assignment. Throws a SyntaxError for a text that is none. */
export function parseAssignment(text: string): Assignment {
  const reader = new Reader(text);
  const target = reader.term();
  if (target.op !== 'call') throw new SyntaxError(`a variable cannot be assigned: ${text}`);
  reader.expect(':=');
  const value = reader.formula();
  reader.end();
  return { name: target.name, args: target.args, value };
}

/** The formulas that a formula is made of. */
function partsOf(formula: Formula): readonly Formula[] {
  if (formula.op === 'variable') return [];
  return 'body' in formula ? [formula.body] : formula.args;
}

/** The free variables, in the order in which they appear. */
export function freeVariables(formula: Formula): string[] {
  if (formula.op === 'variable') return [formula.name];
  const inner = [...new Set(partsOf(formula).flatMap(freeVariables))];
  if (formula.op !== 'forall' && formula.op !== 'exists') return inner;
  return inner.filter((name) => !formula.variables.includes(name));
}

/** The names that are called: functions, constants, definitions. */
export function namesIn(formula: Formula): string[] {
  const inner = partsOf(formula).flatMap(namesIn);
  return formula.op === 'call' ? [formula.name, ...inner] : inner;
}

/** Whether a quantifier of a kind stands in it. */
export function quantifies(formula: Formula, op: 'forall' | 'exists'): boolean {
  return formula.op === op || partsOf(formula).some((part) => quantifies(part, op));
}

/** All of them. */
export function conjunction(args: readonly Formula[]): Formula {
  if (args.length === 0) return { op: 'call', name: 'true', args: [] };
  return args.length === 1 ? (args[0] as Formula) : { op: 'and', args };
}
