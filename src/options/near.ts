// Names near a misspelt one: Damerau's distance (a letter added, left out, changed, or two exchanged).

/** The names that may have been meant, the nearest first; at most three. */
export function nearNames(text: string, names: readonly string[]): string[] {
  const wanted = bare(text);
  const most = Math.max(1, Math.floor(wanted.length / 3));
  return names
    .map((name) => {
      const other = bare(name);
      const within = wanted.length >= 3 && (other.includes(wanted) || wanted.includes(other));
      return { name, distance: other === wanted ? 0 : Math.min(distance(wanted, other), within ? 1 : 99) };
    })
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ name }) => name);
}

function bare(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

/** How many letters must be added, left out, changed or exchanged. */
export function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const above = rows[i - 1] as number[];
      const same = a[i - 1] === b[j - 1];
      let least = Math.min(
        (above[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (above[j - 1] as number) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, ((rows[i - 2] as number[])[j - 2] as number) + 1);
      row.push(least);
    }
    rows.push(row);
  }
  return (rows[a.length] as number[])[b.length] as number;
}
