// Where a text may be broken: a Chinese heading between words, and never before a particle; a name nowhere.

/** What belongs to the word before it. */
const AFTER = /^[了的吗呢吧着过地得个次条段们，。、；：？！”）」]+$/;
/** What belongs to the word after it. */
const BEFORE = /(?:[第“（「一两三四不]|[两三四]次)$/;
/** Marks that no line begins with, at the beginning of a text. */
export const CLOSING = /^[，。、；：？！）」”…,.;:!?)]+/;
/** Marks that no line ends with, at the end of a text. */
export const OPENING = /[（“「(]+$/;

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

/** Names and quantities that are never broken: states, `2 MSL`, `60 s`, `RFC 9293`; and what stands in backticks. */
export const WHOLE =
  /(`[^`]+`|(?:SYN-SENT|SYN-RECEIVED|SYN-RECV|(?:RFC|BCP) \d+|(?:Recv|Send)-Q|FIN-WAIT-[12]|CLOSE-WAIT|LAST-ACK|TIME-WAIT|\b\d+(?:\.\d+)? ?(?:MSL|ms|s|秒|毫秒)(?![a-z])))/;
