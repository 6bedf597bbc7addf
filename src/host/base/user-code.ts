// Code of users that the host runs: callbacks, and what their devices do.

/** Runs it. What it throws becomes an unhandled rejection: the platform reports it, and the stack goes on. */
export function runUserCode(code: () => void): void {
  try {
    code();
  } catch (error) {
    void Promise.reject(error);
  }
}
