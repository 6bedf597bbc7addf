// Keys by name: what node:readline tells of a keypress, as the viewer's update() wants it.

/** What node:readline gives with a keypress. */
export interface Keypress {
  readonly sequence?: string | undefined;
  readonly name?: string | undefined;
  readonly ctrl?: boolean | undefined;
  readonly meta?: boolean | undefined;
}

const NAMED: ReadonlySet<string> = new Set([
  'left',
  'right',
  'up',
  'down',
  'home',
  'end',
  'pageup',
  'pagedown',
  'tab',
  'escape',
  'backspace',
  'delete',
]);

/**
 * `left`, `enter`, `ctrl-c`, or the character itself; null for a key that is nothing here. Pasted text comes
 * character by character.
 */
export function keyName(text: string | undefined, key: Keypress): string | null {
  const { name, ctrl, meta } = key;
  if (ctrl === true) return name === undefined ? null : `ctrl-${name}`;
  if (name === 'return' || name === 'enter') return 'enter';
  if (name !== undefined && NAMED.has(name)) return name;
  if (meta === true || text === undefined || /\p{Cc}/u.test(text)) return null;
  return text;
}
