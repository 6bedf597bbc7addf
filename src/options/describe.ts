// How objects show themselves when a program prints them: as their `toString` says, one line. Node and Bun ask a
// method with one symbol, Deno one with another.

const HOOKS = [Symbol.for('nodejs.util.inspect.custom'), Symbol.for('Deno.customInspect')];

/** Objects of this class are printed as their `toString()`. */
export function describesItself(type: { readonly prototype: { toString(): string } }): void {
  function inspect(this: { toString(): string }): string {
    return this.toString();
  }
  for (const hook of HOOKS)
    Object.defineProperty(type.prototype, hook, { value: inspect, writable: true, configurable: true });
}
