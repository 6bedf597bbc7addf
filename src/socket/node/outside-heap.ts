// Octets that a program reads lie outside of V8's heap, in an ArrayBuffer for each read. A young one goes when the young
// generation is collected, which is cheap; V8 does that when the heap's own part of it is full, whatever lies outside.
// For a program that reads much and makes little else that is too late: what lies outside reaches the limit of the old
// generation first, and V8 marks the whole heap for it, every 25 MiB or so. So the heap gets its share of the garbage.

/** Octets given to readers for which the heap gets some. */
const OUTSIDE = 64 * 1024;
/** Half as many octets: the young generation, of 16 MiB at most, is full before 32 MiB lie outside. */
const ELEMENTS = OUTSIDE / 2 / 8;

let outside = 0;
/** The last one is kept until octets are given again: V8 would not make what nobody can see. */
const kept: { garbage: unknown[] | null } = { garbage: null };

/** So many octets were given to a reader, outside of the heap. */
export function gaveOutsideHeap(octets: number): void {
  outside += octets;
  kept.garbage = outside < OUTSIDE ? null : new Array(ELEMENTS);
  if (outside >= OUTSIDE) outside = 0;
}
