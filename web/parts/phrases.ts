// Where a Chinese heading may be broken: between words, and never before a particle.

/** What belongs to the word before it. */
const AFTER = /^[了的吗呢吧着过地得个次条段们，。、；：？！”）」]+$/;
/** What belongs to the word after it. */
const BEFORE = /[第“（「一两三四不]$/;

/** A text in pieces that are not to be broken; a browser may break between them. */
export function phrases(text: string): string[] {
  const pieces: string[] = [];
  for (const { segment } of new Intl.Segmenter('zh', { granularity: 'word' }).segment(text)) {
    const last = pieces.at(-1);
    if (
      last !== undefined &&
      (AFTER.test(segment) || BEFORE.test(last) || /^[\x21-\x7e]+$/.test(last + segment))
    )
      pieces[pieces.length - 1] = last + segment;
    else pieces.push(segment);
  }
  return pieces;
}
