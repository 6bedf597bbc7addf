// A shell at the other end of a serial line: commands go as lines, what they say comes back between marks.

/** A command failed, or did not end. */
export class GuestError extends Error {
  override readonly name = 'GuestError';
}

/** What came last is shown in errors. */
const SHOWN = 2000;

/** See the `init` of root.ts: it evaluates lines. */
export class SerialShell {
  readonly #send: (text: string) => void;
  #said = '';
  #number = 0;
  #over: string | null = null;
  #changed = (): void => {};

  constructor(send: (text: string) => void) {
    this.#send = send;
  }

  /** What came from the line. */
  receive(text: string): void {
    this.#said += text;
    this.#changed();
  }

  /** Nothing comes any more. */
  over(why: string): void {
    this.#over ??= why;
    this.#changed();
  }

  /** Waits for the shell. */
  async ready(timeoutMs: number): Promise<void> {
    await this.#until(/READY\r?\n/, 'boot', timeoutMs);
  }

  /** Runs a command of one line, which does not read what comes on the line next: what it said. Throws {@link GuestError}. */
  async run(command: string, timeoutMs: number): Promise<string> {
    const number = ++this.#number;
    if (command.includes('\n')) throw new GuestError(`a command is one line: ${command}`);
    this.#send(`echo "<${number}"; { ${command}; } </dev/null; printf '\\n%d>%d\\n' $? ${number}\n`);
    const [, said = '', status = ''] = await this.#until(
      new RegExp(`<${number}\\r?\\n([^]*?)\\r?\\n(\\d+)>${number}\\r?\\n`),
      command,
      timeoutMs,
    );
    const text = said.replaceAll('\r', '');
    if (status !== '0') throw new GuestError(`${command}: status ${status}\n${text}`);
    return text;
  }

  async #until(pattern: RegExp, what: string, timeoutMs: number): Promise<RegExpExecArray> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const found = pattern.exec(this.#said);
      if (found !== null) {
        this.#said = this.#said.slice(found.index + found[0].length);
        return found;
      }
      const left = end - performance.now();
      if (this.#over !== null || left <= 0) {
        const why = this.#over ?? `not done after ${timeoutMs} ms`;
        throw new GuestError(`${what}: ${why}; the guest said\n${this.#said.slice(-SHOWN)}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#changed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}
