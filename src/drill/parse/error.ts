// A script as text with places in it, and the one error the parser throws: it says where, what was
// expected, and shows the line with a caret under the place.

/** Something is wrong with a script's text. `message` has everything; the parts are there for tools. */
export class ScriptError extends Error {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 units. */
  readonly column: number;
  /** The complaint alone, without place and source line. */
  readonly summary: string;
  /** The text of the line. */
  readonly sourceLine: string;

  constructor(file: string, line: number, column: number, summary: string, sourceLine: string) {
    super(describe(file, line, column, summary, sourceLine));
    this.name = 'ScriptError';
    this.file = file;
    this.line = line;
    this.column = column;
    this.summary = summary;
    this.sourceLine = sourceLine;
  }
}

const MAX_SHOWN = 160;

function describe(file: string, line: number, column: number, summary: string, sourceLine: string): string {
  const first = column > MAX_SHOWN - 20 ? column - 60 : 0;
  const shown = sourceLine.slice(first, first + MAX_SHOWN);
  const gutter = String(line).padStart(5);
  // Tabs stay tabs under themselves, so that the caret stands where the eye expects it.
  const pad = shown.slice(0, column - 1 - first).replace(/[^\t]/g, ' ');
  return `${file}:${line}:${column}: ${summary}\n${gutter} | ${shown}\n${' '.repeat(5)} | ${pad}^`;
}

/** A text with a name, that knows its lines. */
export class Source {
  readonly file: string;
  readonly text: string;
  /** Number of the first line: more than 1 when the text is a piece of a file. */
  readonly firstLine: number;
  private readonly starts: number[];

  constructor(file: string, text: string, firstLine = 1) {
    this.file = file;
    this.text = text;
    this.firstLine = firstLine;
    this.starts = [0];
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) this.starts.push(i + 1);
  }

  /** 1-based line (counted from `firstLine`) of an offset. */
  line(offset: number): number {
    return this.index(offset) + this.firstLine;
  }

  /** 1-based column of an offset. */
  column(offset: number): number {
    return offset - this.starts[this.index(offset)]! + 1;
  }

  /** The complaint `summary` about the text at `offset`. */
  error(offset: number, summary: string): ScriptError {
    const i = this.index(offset);
    const start = this.starts[i]!;
    const end = i + 1 < this.starts.length ? this.starts[i + 1]! - 1 : this.text.length;
    const sourceLine = this.text.slice(start, end).replace(/\r$/, '');
    return new ScriptError(this.file, i + this.firstLine, offset - start + 1, summary, sourceLine);
  }

  /** Index of the line that holds `offset`. */
  private index(offset: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const mid = (low + high + 1) >> 1;
      if (this.starts[mid]! <= offset) low = mid;
      else high = mid - 1;
    }
    return low;
  }
}
