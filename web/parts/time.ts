// Times and numbers as the page writes them.

/** Microseconds of a trace: `20 ms`, `1.02 s`. */
export function timeText(us: number): string {
  const ms = us / 1000;
  if (ms < 1000) return `${trim(ms, 2)} ms`;
  return `${trim(ms / 1000, 3)} s`;
}

/** Milliseconds until something: `200 ms`, `59 s`. */
export function leftText(ms: number): string {
  return ms < 10_000 ? `${trim(ms, 1)} ms` : `${trim(ms / 1000, 1)} s`;
}

function trim(n: number, digits: number): string {
  return n.toFixed(digits).replace(/\.?0+$/, '');
}
