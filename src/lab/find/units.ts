// A text as the search compares it: Latin words without their endings, Chinese characters one by one; case, signs and
// the spaces between them do not count.

/** What a word loses so that all its forms are one: lost stays, drops and dropped are drop. */
export function stem(word: string): string {
  if (word.length < 4 || /\d/.test(word) || word === 'https') return word;
  let bared = word;
  if (bared.endsWith('ies')) bared = `${bared.slice(0, -3)}y`;
  else if (/(?:[sxz]|[cs]h)es$/.test(bared)) bared = bared.slice(0, -2);
  else if (/[^su]s$/.test(bared)) bared = bared.slice(0, -1);
  const cut = bared.replace(/(?:ing|ed|ly)$/, '');
  if (cut.length >= 3 && /[aeiouy]/.test(cut)) bared = cut.replace(/([bdfgmnprt])\1$/, '$1');
  return bared.replace(/e$/, '');
}

/** Flags of tcpdump. */
const FLAGS: Readonly<Record<string, string>> = {
  s: 'syn flag',
  's.': 'second handshake',
  r: 'rst',
  'r.': 'rst',
  f: 'fin',
  'f.': 'fin',
  p: 'psh',
  'p.': 'psh',
  'fp.': 'fin',
  '.': 'ack',
};

/** A text without case, accents of width, and apostrophes: `Doesn’t` is `doesnt`. */
export function plain(text: string): string {
  // LAST-ACK is a state, not the last ACK of a close; CLOSING is one, not what is done.
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .replace(/['’`]/g, '')
      .replace(/last[-_]ack/g, 'lastackstate')
      .replace(/\bclosing ?(?:state|状态)/g, 'closingstate')
      // 挥手为什么要四次 asks what 为什么要四次挥手 does.
      .replace(/(?<!次)(握手|挥手)(\p{Script=Han}{1,8}?)([两二三四34]次)(?!握手|挥手)/gu, '$2$3$1')
      // As tcpdump writes flags.
      .replace(
        /(?:flags? )?\[(s\.?|r\.?|f\.?|p\.?|fp\.|\.)\]/g,
        (_, flags: string) => ` tcpdump ${FLAGS[flags] ?? ''} `,
      )
      // As Wireshark marks a segment.
      .replace(/\[(?=tcp )/g, 'wireshark ')
      // So many sockets in a state are many.
      .replace(
        /\b\d{3,}k?(?=[ 个条+]*(?:time.?wait|close.?wait|fin.?wait|syn.?recv|connections|sockets|连接))/g,
        'many ',
      )
  );
}

const UNIT = /[a-z0-9]+|\p{Script=Han}/gu;

/** Whether a unit is a Chinese character. */
export function isHan(unit: string): boolean {
  return unit.charCodeAt(0) > 0x2e7f;
}

/** Words and characters, in their order. */
export function wordsOf(text: string): string[] {
  return [...plain(text).matchAll(UNIT)].map(([unit]) => unit);
}

/** Stems and characters, in their order. */
export function unitsOf(text: string): string[] {
  return wordsOf(text).map((word) => (isHan(word) ? word : stem(word)));
}
