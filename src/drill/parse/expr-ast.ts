// What a code block says, as plain data.

/** An operator with two operands. */
export type BinaryOp = '+' | '-' | '*' | '/' | '//' | '%' | '**' | '<<' | '>>' | '&' | '|' | '^';

/** A comparison; several in a row are a chain. */
export type CompareOp = '<' | '>' | '<=' | '>=' | '==' | '!=' | 'in' | 'not in' | 'is' | 'is not';

/** `at` is an offset in the block's source, for messages. */
export type CodeExpr =
  | { readonly kind: 'int'; readonly value: bigint; readonly at: number }
  | { readonly kind: 'float'; readonly value: number; readonly at: number }
  | { readonly kind: 'string'; readonly value: string; readonly at: number }
  | { readonly kind: 'constant'; readonly value: boolean | null; readonly at: number }
  | { readonly kind: 'fstring'; readonly parts: readonly FPart[]; readonly at: number }
  | { readonly kind: 'name'; readonly name: string; readonly at: number }
  | {
      readonly kind: 'sequence';
      readonly list: boolean;
      readonly items: readonly CodeExpr[];
      readonly at: number;
    }
  | {
      readonly kind: 'binary';
      readonly op: BinaryOp;
      readonly left: CodeExpr;
      readonly right: CodeExpr;
      readonly at: number;
    }
  | {
      readonly kind: 'unary';
      readonly op: '-' | '+' | '~' | 'not';
      readonly operand: CodeExpr;
      readonly at: number;
    }
  | {
      readonly kind: 'logical';
      readonly op: 'and' | 'or';
      readonly left: CodeExpr;
      readonly right: CodeExpr;
      readonly at: number;
    }
  | {
      readonly kind: 'compare';
      readonly first: CodeExpr;
      readonly rest: readonly { readonly op: CompareOp; readonly operand: CodeExpr }[];
      readonly at: number;
    }
  | {
      readonly kind: 'conditional';
      readonly test: CodeExpr;
      readonly yes: CodeExpr;
      readonly no: CodeExpr;
      readonly at: number;
    }
  | { readonly kind: 'index'; readonly value: CodeExpr; readonly index: CodeExpr; readonly at: number }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly CodeExpr[]; readonly at: number };

/** A piece of an f-string: text, or a value with its conversion and format. */
export type FPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly value: CodeExpr; readonly repr: boolean; readonly spec: string };

/** A statement. */
export type CodeStatement =
  | {
      readonly kind: 'assert';
      readonly test: CodeExpr;
      readonly message: CodeExpr | null;
      readonly at: number;
    }
  | {
      readonly kind: 'assign';
      readonly names: readonly string[];
      readonly value: CodeExpr;
      readonly at: number;
    }
  | {
      readonly kind: 'augment';
      readonly name: string;
      readonly op: BinaryOp;
      readonly value: CodeExpr;
      readonly at: number;
    }
  | { readonly kind: 'expression'; readonly value: CodeExpr; readonly at: number }
  | {
      readonly kind: 'if';
      readonly test: CodeExpr;
      readonly yes: readonly CodeStatement[];
      readonly no: readonly CodeStatement[];
      readonly at: number;
    }
  | { readonly kind: 'pass'; readonly at: number };
