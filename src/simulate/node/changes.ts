// What is changed in Node while a simulation exists, and taken back at its end.

/** Changed properties, and how they were. */
export class Changes {
  readonly #undo: (() => void)[] = [];

  /** Puts `value` in the place of what `object` has as `name`, whatever kind of property that is. */
  put<T extends object>(object: T, name: keyof T | symbol | string, value: unknown): void {
    const before = Object.getOwnPropertyDescriptor(object, name);
    const members = object as Record<string | symbol, unknown>;
    const key = name as string | symbol;
    if (before === undefined || before.configurable === true)
      Object.defineProperty(object, name, {
        value,
        writable: true,
        configurable: true,
        enumerable: before?.enumerable ?? true,
      });
    else members[key] = value;
    this.#undo.push(() => {
      if (before === undefined) delete members[key];
      else if (before.configurable === true) Object.defineProperty(object, name, before);
      else members[key] = before.value;
    });
  }

  /** Something else that is to be taken back. */
  also(undo: () => void): void {
    this.#undo.push(undo);
  }

  /** They were taken back: there are to be no more. */
  isOver = false;

  /** All is as it was. */
  undo(): void {
    this.isOver = true;
    for (const undo of this.#undo.splice(0).reverse()) undo();
  }
}
