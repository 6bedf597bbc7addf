// docs/grid.md from the rows of cells.ts: a table for each state, and what Linux does otherwise.

import {
  type AckClass,
  acksOf,
  allCells,
  type Cell,
  EVENTS,
  type GridEvent,
  type GridState,
  NUMBERS,
  nameOf,
  POSITIONS,
  type Position,
  positionsOf,
  STATES,
} from './axes.ts';
import { RULES, ruleOf } from './cells.ts';
import { stateAfter } from './script.ts';

/** What running the scripts against a Linux kernel gave. */
export interface LinuxResults {
  /** `uname -r` */
  readonly kernel: string;
  /** How many scripts ran. */
  readonly ran: number;
  /** Scripts that failed, with what came instead. */
  readonly differences: Readonly<Record<string, string>>;
}

/** What most of the differences come from. */
const LINUX_NOTES: readonly string[] = [
  '- A segment with neither ACK, RST nor SYN is dropped before its sequence number is looked at: no answer.',
  '- A segment with octets that ends at RCV.NXT or begins at RCV.NXT+RCV.WND still counts as in the window as far as',
  '  its ACK goes; so does a RST at RCV.NXT+RCV.WND, which is challenged.',
  '- SYN-RECEIVED from LISTEN looks at the ACK field first: a wrong one is reset wherever the segment lies. A SYN in',
  '  the window is answered by a RST.',
  '- SYN-RECEIVED from SYN-SENT answers the old SYN of a simultaneous open by a challenge ACK, and takes an old',
  '  acknowledgment without a RST.',
  '- A RST at RCV.NXT - 1 resets once the peer’s FIN has been received; new text after that FIN is answered by a RST.',
  '- Text in order is taken in ESTABLISHED even if its ACK is ancient, which RFC 5961 section 5 forbids.',
  '- A RST ends TIME-WAIT, unless `net.ipv4.tcp_rfc1337` is set; a segment in the window without an ACK is answered.',
  '- In SYN-SENT a wrong ACK makes its SYN go again at once, even with a RST, which we drop.',
  '- In TIME-WAIT a SYN with a FIN, and an ACK of something unsent, are not answered.',
];

/** The whole page. `passed`: the scripts that pass on the host in virtual time. */
export function documentOf(passed: ReadonlySet<string>, linux: LinuxResults | null, others: string): string {
  const cells = allCells();
  const differs = new Set(Object.keys(linux?.differences ?? {}));
  return [
    ...opening(cells, passed, linux),
    ...STATES.flatMap((state) => ['', ...section(state, passed, differs)]),
    '',
    ...linuxSection(linux),
    '',
    ...otherScripts(others),
    '',
  ].join('\n');
}

function opening(cells: readonly Cell[], passed: ReadonlySet<string>, linux: LinuxResults | null): string[] {
  const rules = cells.map((c) => RULES[ruleOf(c)]!);
  const count = (what: (reply: string, after: string, why: string) => boolean): number =>
    rules.filter((r) => what(r.reply, r.after, r.why)).length;
  const chosen = RULES.filter((r) => isChoice(r.why)).length;
  return [
    '# Every segment in every state',
    '',
    'What a segment does that arrives: RFC 9293 section 3.10.7, cell by cell. Each cell is a packet script in',
    '[test/drill/grid](../test/drill/grid), named after its state, event, position and acknowledgment. What is',
    'expected is written by hand from the RFC in [cells.ts](../test/drill/grid/cells.ts); `npm run grid` writes the',
    'scripts and this page, and runs them.',
    '',
    '| | |',
    '|---|---:|',
    `| states | ${STATES.length} |`,
    `| events | ${EVENTS.length} |`,
    `| cells | ${cells.length} |`,
    `| rules | ${RULES.length} |`,
    `| cells that pass on synfin | ${cells.filter((c) => passed.has(nameOf(c))).length} |`,
    `| answered by nothing | ${count((reply) => reply === 'nothing')} |`,
    `| answered by an ACK | ${count((reply) => /^ACK/.test(reply))} |`,
    `| answered by a RST | ${count((reply) => /^RST/.test(reply))} |`,
    `| answered by a SYN,ACK | ${count((reply) => /^SYN/.test(reply))} |`,
    `| with a change of state | ${count((_, after) => after !== 'same')} |`,
    `| rules that are a choice, and their cells | ${chosen}, ${count((_r, _a, why) => isChoice(why))} |`,
    `| cells with an empty segment taken at RCV.NXT+RCV.WND (°) | ${cells.filter(takenAtEdge).length} |`,
    ...(linux === null
      ? []
      : [
          `| cells in which Linux ${linux.kernel} does otherwise, of those that ran | ${Object.keys(linux.differences).length} of ${linux.ran} |`,
        ]),
    '',
    'Positions: *far left* is 1000 before RCV.NXT; *left* ends where the window begins (the peer’s SYN or FIN again,',
    'or an empty segment at RCV.NXT - 1); *across* begins before RCV.NXT and ends after it; *left edge* is RCV.NXT;',
    '*inside* is RCV.NXT + 100; *right edge* is the last sequence number of the window; *beyond* is the first after it;',
    '*far right* is 1000 after that. CLOSED, LISTEN and SYN-SENT have no window yet.',
    '',
    'Acknowledgments: *next* is SND.NXT; *old* is SND.UNA, or SND.NXT - 1 where nothing is in flight; *ancient* is',
    'before SND.UNA - MAX.SND.WND (RFC 5961 section 5); *unsent* is SND.NXT + 1. What is in flight is our SYN in',
    'SYN-SENT and SYN-RECEIVED, 100 octets in ESTABLISHED and CLOSE-WAIT, our FIN in FIN-WAIT-1, CLOSING and',
    'LAST-ACK, nothing in FIN-WAIT-2 and TIME-WAIT.',
    '',
    'A cell says what goes out, the new state if there is one, and the number of the rule. ACK is',
    '`<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>`, with a number when RCV.NXT advanced by that much; RST is',
    '`<SEQ=SEG.ACK><CTL=RST>`; RST,ACK is `<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>`. × cannot be: the segment is',
    'too short to lie across. A rule that begins with “Choice” is one where the letter of section 3.10.7 alone would',
    'give something else or nothing, or leaves it to us. So is °: an empty segment at RCV.NXT+RCV.WND, which table 6',
    'refuses, is taken, because a peer that has filled the window sends its ACKs from there (appendix A.2). ≠ marks',
    'what Linux does otherwise ([below](#linux)).',
  ];
}

/** Whether table 6 would refuse an empty segment that is taken. */
function takenAtEdge(c: Cell): boolean {
  if (c.position !== 'beyond') return false;
  return c.event === 'none' || (c.event === 'ACK' && c.state !== 'TIME-WAIT');
}

function isChoice(why: string): boolean {
  return why.startsWith('Choice:');
}

function section(state: GridState, passed: ReadonlySet<string>, differs: ReadonlySet<string>): string[] {
  const windowed = NUMBERS[state].edge !== 0;
  const columns: readonly Position[] = windowed ? POSITIONS : ['any'];
  const used = new Set<number>();
  const lines = EVENTS.flatMap((event) =>
    acksOf(state, event).map((ack) => {
      const cells = columns.map((position) => {
        if (!positionsOf(state, event).includes(position)) return '×';
        return entry({ state, event, position, ack }, passed, differs, used);
      });
      return `| ${label(event, ack)} | ${cells.join(' | ')} |`;
    }),
  );
  const head = windowed ? columns : ['what happens'];
  return [
    `## ${state}`,
    '',
    `| event | ${head.join(' | ')} |`,
    `|---|${head.map(() => '---').join('|')}|`,
    ...lines,
    '',
    ...[...used]
      .sort((a, b) => a - b)
      .map((i) => `- **${i + 1}** ${where(RULES[i]!.section)}: ${RULES[i]!.why}`),
  ];
}

function where(section: string): string {
  return /^\d/.test(section) ? `Section ${section}` : section;
}

function label(event: GridEvent, ack: AckClass): string {
  const name = event === 'none' ? 'no flags' : event;
  return ack === 'any' ? name : `${name}, ${ack}`;
}

function entry(
  c: Cell,
  passed: ReadonlySet<string>,
  differs: ReadonlySet<string>,
  used: Set<number>,
): string {
  const i = ruleOf(c);
  const rule = RULES[i];
  if (rule === undefined) throw new RangeError(`nothing is expected of ${nameOf(c)}`);
  used.add(i);
  const after = rule.after === 'same' ? '' : ` → ${stateAfter(c, rule.after)}`;
  const marks = `${takenAtEdge(c) ? ' °' : ''}${passed.has(nameOf(c)) ? '' : ' **fails**'}${differs.has(nameOf(c)) ? ' ≠' : ''}`;
  return `${rule.reply}${after} (${i + 1})${marks}`;
}

function linuxSection(linux: LinuxResults | null): string[] {
  const how = [
    '## Linux',
    '',
    'The scripts also run against the kernel of the machine, as root and in real time:',
    '`npm run grid -- --kernel`. What came otherwise is kept in',
    '[linux.json](../test/drill/grid/linux.json) and listed here; it is no fault of either side by itself.',
  ];
  if (linux === null) return [...how, '', 'It has not been run yet.'];
  const groups = new Map<string, string[]>();
  for (const c of allCells()) {
    const actual = linux.differences[nameOf(c)];
    if (actual === undefined) continue;
    const rule = RULES[ruleOf(c)]!;
    const after = rule.after === 'same' ? '' : ` → ${rule.after}`;
    const key = `${c.state} | ${ruleOf(c) + 1}: ${rule.reply}${after} | ${actual}`;
    groups.set(key, [...(groups.get(key) ?? []), placeOf(c)]);
  }
  const total = Object.keys(linux.differences).length;
  return [
    ...how,
    '',
    `Linux ${linux.kernel}: ${linux.ran} scripts ran, ${linux.ran - total} as expected, ${total} otherwise.`,
    '',
    ...LINUX_NOTES,
    '',
    '| state | expected | Linux | cells |',
    '|---|---|---|---|',
    ...[...groups].map(([key, places]) => `| ${key} | ${places.join(', ')} |`),
  ];
}

function placeOf(c: Cell): string {
  return [c.event === 'none' ? 'no flags' : c.event, c.position, c.ack].filter((w) => w !== 'any').join(' ');
}

/** The rest of the scripts: `text` has a line NAME: WHAT for each in which Linux differs. */
function otherScripts(text: string): string[] {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return [
    '### The other scripts',
    '',
    'Of [test/drill/basic](../test/drill/basic), which passes on synfin, Linux does these otherwise; all of',
    '[test/drill/kernel](../test/drill/kernel) passes on both.',
    '',
    '| script | what Linux does, and why |',
    '|---|---|',
    ...lines.map((line) => {
      const colon = line.indexOf(': ');
      return `| ${line.slice(0, colon)} | ${line.slice(colon + 2)} |`;
    }),
  ];
}
