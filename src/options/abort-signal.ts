// What is used of an AbortSignal (DOM section 3.2), so that our types stand where neither DOM nor Node types are.

/** An `AbortSignal` of any platform, as far as it is used here. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  /** What the promise rejects with. */
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}
