import { expect, test } from 'vitest';
import { runScenario } from '../scenario/index.ts';
import { scenarioNamed } from '../scenarios/index.ts';
import { textWidth } from '../text/index.ts';
import type { End, StateChange, TraceEvent } from '../trace.ts';
import { LadderRows, type RowOptions } from './rows.ts';
import { TerminalLadder, type TerminalOptions } from './terminal.ts';
import { handMade, segment, TraceBuilder } from './testing.ts';

function draw(
  trace = handMade(),
  options: Partial<TerminalOptions> = {},
  rowOptions: Partial<RowOptions> = {},
): string[] {
  const lang = options.lang ?? 'en';
  const ladder = new TerminalLadder({
    ends: trace.ends,
    lang,
    width: 80,
    ascii: false,
    colour: false,
    ...options,
  });
  const rows = new LadderRows({ lang, ...rowOptions });
  return [
    ...ladder.head(),
    ...trace.events.flatMap((event) => rows.push(event)).flatMap((row) => ladder.row(row)),
  ];
}

test('a ladder of 80 columns: loss, retransmission, crossing FINs, a copy, a gap, 2 MSL', () => {
  expect(draw()).toEqual([
    '        ● state change   ▸ program call   ──╮ segment leaves   ╰─▶ arrives',
    '                synfin                                                Linux 6.18',
    '   time 10.0.0.2:50000                                             10.0.0.1:8080',
    '  0.000    connect()▸┃                                            ┃',
    '            SYN-SENT ●── SYN seq=0 ───────────────────────────╮   ┃ LISTEN',
    '                     ┃   mss=1460 wscale=7 SACK timestamps    │   ┃',
    '  0.010     SYN-SENT ┃                          lost: chance  ×   ┃ LISTEN',
    '                     ┇                 … 0.99 s …                 ┇',
    '  1.000     SYN-SENT ┃   retransmission timer                     ┃ LISTEN',
    '            SYN-SENT ┠╌╌ SYN seq=0 (retransmission) ╌╌╌╌╌╌╌╌╌╌╮   ┃ LISTEN',
    '                     ┃   mss=1460 wscale=7 SACK timestamps    │   ┃',
    '  1.020     SYN-SENT ┃                                        ╰──▶● SYN-RECEIVED',
    '            SYN-SENT ┃   ╭───────────────── SYN,ACK seq=0 ack=1 ──┨ SYN-RECEIVED',
    '                     ┃   │                             mss=1460   ┃',
    '  1.040  ESTABLISHED ●◀──╯                                        ┃ SYN-RECEIVED',
    '         ESTABLISHED ┠── ACK seq=1 ack=1 ─────────────────────╮   ┃ SYN-RECEIVED',
    '            write(9)▸┃   "you and 你"                         │   ┃',
    '         ESTABLISHED ┠── PSH,ACK seq=1 ack=1 len=11 ──────╮   │   ┃ SYN-RECEIVED',
    '  1.060  ESTABLISHED ┃                                    │   ╰──▶● ESTABLISHED',
    '                     ┃                                    │       ┃▸accept()',
    '         ESTABLISHED ┃                                    ╰──────▶┃ ESTABLISHED',
    '                     ┃                             "you and 你"   ┃▸read(11)',
    '  1.100      close()▸┃                                            ┃',
    '          FIN-WAIT-1 ●── FIN,ACK seq=12 ack=1 ────────────────╮   ┃ ESTABLISHED',
    '  1.105   FIN-WAIT-1 ┃   ╭───────────── FIN,ACK seq=1 ack=12 ─┼───● FIN-WAIT-1',
    '  1.120   FIN-WAIT-1 ┃   │                                    ╰──▶● CLOSING',
    '  1.125      CLOSING ●◀──╯                                        ┃ CLOSING',
    '             CLOSING ┠── ACK seq=13 ack=2 ────────────────────╮   ┃ CLOSING',
    '  1.126      CLOSING ┃   ╭───────────────── ACK seq=2 ack=13 ─┼───┨ CLOSING',
    '  1.145      CLOSING ┃   │                                    ╰──▶● TIME-WAIT',
    '  1.146    TIME-WAIT ●◀──╯                                        ┃ TIME-WAIT',
    '           TIME-WAIT ┃ ┌ 2 MSL = 1.5 s                            ┃ TIME-WAIT',
    '  1.150    TIME-WAIT ┃◀┼──  copy of FIN,ACK seq=1, discarded: …   ┃ TIME-WAIT',
    '           read(): 0◂┃ │  end of stream                           ┃',
    '                     ┇ │               … 1.50 s …                 ┇',
    '  2.646       CLOSED ● └ 2 MSL over                               ┃ TIME-WAIT',
  ]);
});

test('the same in ASCII', () => {
  expect(draw(undefined, { ascii: true })).toEqual([
    "        O state change   > program call   --. segment leaves   '-> arrives",
    '                synfin                                                Linux 6.18',
    '   time 10.0.0.2:50000                                             10.0.0.1:8080',
    '  0.000    connect()>|                                            |',
    '            SYN-SENT O-- SYN seq=0 ---------------------------.   | LISTEN',
    '                     |   mss=1460 wscale=7 SACK timestamps    |   |',
    '  0.010     SYN-SENT |                          lost: chance  x   | LISTEN',
    '                     :               ... 0.99 s ...               :',
    '  1.000     SYN-SENT |   retransmission timer                     | LISTEN',
    '            SYN-SENT |~~ SYN seq=0 (retransmission) ~~~~~~~~~~.   | LISTEN',
    '                     |   mss=1460 wscale=7 SACK timestamps    |   |',
    "  1.020     SYN-SENT |                                        '-->O SYN-RECEIVED",
    '            SYN-SENT |   .----------------- SYN,ACK seq=0 ack=1 --| SYN-RECEIVED',
    '                     |   |                             mss=1460   |',
    "  1.040  ESTABLISHED O<--'                                        | SYN-RECEIVED",
    '         ESTABLISHED |-- ACK seq=1 ack=1 ---------------------.   | SYN-RECEIVED',
    '            write(9)>|   "you and 你"                         |   |',
    '         ESTABLISHED |-- PSH,ACK seq=1 ack=1 len=11 ------.   |   | SYN-RECEIVED',
    "  1.060  ESTABLISHED |                                    |   '-->O ESTABLISHED",
    '                     |                                    |       |>accept()',
    "         ESTABLISHED |                                    '------>| ESTABLISHED",
    '                     |                             "you and 你"   |>read(11)',
    '  1.100      close()>|                                            |',
    '          FIN-WAIT-1 O-- FIN,ACK seq=12 ack=1 ----------------.   | ESTABLISHED',
    '  1.105   FIN-WAIT-1 |   .------------- FIN,ACK seq=1 ack=12 -+---O FIN-WAIT-1',
    "  1.120   FIN-WAIT-1 |   |                                    '-->O CLOSING",
    "  1.125      CLOSING O<--'                                        | CLOSING",
    '             CLOSING |-- ACK seq=13 ack=2 --------------------.   | CLOSING',
    '  1.126      CLOSING |   .----------------- ACK seq=2 ack=13 -+---| CLOSING',
    "  1.145      CLOSING |   |                                    '-->O TIME-WAIT",
    "  1.146    TIME-WAIT O<--'                                        | TIME-WAIT",
    '           TIME-WAIT | . 2 MSL = 1.5 s                            | TIME-WAIT',
    '  1.150    TIME-WAIT |<+--  copy of FIN,ACK seq=1, discarded: ~   | TIME-WAIT',
    '           read(): 0<| |  end of stream                           |',
    '                     : |             ... 1.50 s ...               :',
    "  2.646       CLOSED O ' 2 MSL over                               | TIME-WAIT",
  ]);
});

test('the same in Chinese: wide characters are two columns', () => {
  expect(draw(undefined, { lang: 'zh' })).toEqual([
    '        ● 状态变化   ▸ 程序调用   ──╮ 报文段发出   ╰─▶ 到达',
    '                synfin                                                Linux 6.18',
    '   时间 10.0.0.2:50000                                             10.0.0.1:8080',
    '  0.000    connect()▸┃                                            ┃',
    '            SYN-SENT ●── SYN seq=0 ───────────────────────────╮   ┃ LISTEN',
    '                     ┃   mss=1460 wscale=7 SACK timestamps    │   ┃',
    '  0.010     SYN-SENT ┃                            丢失：随机  ×   ┃ LISTEN',
    '                     ┇                … 0.99 秒 …                 ┇',
    '  1.000     SYN-SENT ┃   重传定时器                               ┃ LISTEN',
    '            SYN-SENT ┠╌╌ SYN seq=0 （重传） ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╮   ┃ LISTEN',
    '                     ┃   mss=1460 wscale=7 SACK timestamps    │   ┃',
    '  1.020     SYN-SENT ┃                                        ╰──▶● SYN-RECEIVED',
    '            SYN-SENT ┃   ╭───────────────── SYN,ACK seq=0 ack=1 ──┨ SYN-RECEIVED',
    '                     ┃   │                             mss=1460   ┃',
    '  1.040  ESTABLISHED ●◀──╯                                        ┃ SYN-RECEIVED',
    '         ESTABLISHED ┠── ACK seq=1 ack=1 ─────────────────────╮   ┃ SYN-RECEIVED',
    '            write(9)▸┃   "you and 你"                         │   ┃',
    '         ESTABLISHED ┠── PSH,ACK seq=1 ack=1 len=11 ──────╮   │   ┃ SYN-RECEIVED',
    '  1.060  ESTABLISHED ┃                                    │   ╰──▶● ESTABLISHED',
    '                     ┃                                    │       ┃▸accept()',
    '         ESTABLISHED ┃                                    ╰──────▶┃ ESTABLISHED',
    '                     ┃                             "you and 你"   ┃▸read(11)',
    '  1.100      close()▸┃                                            ┃',
    '          FIN-WAIT-1 ●── FIN,ACK seq=12 ack=1 ────────────────╮   ┃ ESTABLISHED',
    '  1.105   FIN-WAIT-1 ┃   ╭───────────── FIN,ACK seq=1 ack=12 ─┼───● FIN-WAIT-1',
    '  1.120   FIN-WAIT-1 ┃   │                                    ╰──▶● CLOSING',
    '  1.125      CLOSING ●◀──╯                                        ┃ CLOSING',
    '             CLOSING ┠── ACK seq=13 ack=2 ────────────────────╮   ┃ CLOSING',
    '  1.126      CLOSING ┃   ╭───────────────── ACK seq=2 ack=13 ─┼───┨ CLOSING',
    '  1.145      CLOSING ┃   │                                    ╰──▶● TIME-WAIT',
    '  1.146    TIME-WAIT ●◀──╯                                        ┃ TIME-WAIT',
    '           TIME-WAIT ┃ ┌ 2 MSL = 1.5 秒                           ┃ TIME-WAIT',
    '  1.150    TIME-WAIT ┃◀┼──  FIN,ACK seq=1 的副本, 丢弃：TIME-W…   ┃ TIME-WAIT',
    '           read(): 0◂┃ │  流结束                                  ┃',
    '                     ┇ │              … 1.50 秒 …                 ┇',
    '  2.646       CLOSED ● └ 2 MSL 已过                               ┃ TIME-WAIT',
  ]);
});

test.each(['en', 'zh'] as const)(
  'no line is wider than 80 columns (%s), also with raw sequence numbers',
  (lang) => {
    for (const line of [...draw(undefined, { lang }), ...draw(undefined, { lang }, { absolute: true })]) {
      expect(textWidth(line)).toBeLessThanOrEqual(80);
    }
  },
);

test('absolute: sequence numbers are those on the wire', () => {
  const text = draw(undefined, { width: 120 }, { absolute: true }).join('\n');
  expect(text).toContain('SYN seq=4294967295');
  expect(text).toContain('SYN,ACK seq=100 ack=0');
  expect(text).not.toContain('seq=1 ');
});

test('relative numbers count on after the sequence space wraps', () => {
  const text = draw().join('\n');
  expect(text).toContain('PSH,ACK seq=1 ack=1 len=11');
  expect(text).toContain('FIN,ACK seq=12 ack=1');
});

test('from 106 columns on the rule of every change stands beside it, and no line is wider', () => {
  const lines = draw(undefined, { width: 120 });
  expect(lines.find((line) => line.includes('open-active'))).toMatch(
    /SYN-SENT ●.*LISTEN +open-active §3\.10$/,
  );
  expect(lines.find((line) => line.includes('as the kernel'))).toMatch(
    /● SYN-RECEIVED +as the kernel reports$/,
  );
  for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(120);
  expect(draw(undefined, { width: 105 }).join()).not.toContain('open-active');
});

test('in ASCII nothing but ASCII is drawn', () => {
  const lines = draw(undefined, { ascii: true, width: 120 }).filter((line) => !line.includes('你'));
  for (const line of lines) expect(line).toMatch(/^[ -~]*$/);
});

test('colour only adds: without the escape sequences the text is the same', () => {
  const coloured = draw(undefined, { colour: true });
  expect(coloured.join()).toContain('\x1b[');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  expect(coloured.map((line) => line.replace(/\x1b\[[\d;]*m/g, ''))).toEqual(draw());
});

test('a change of state is marked on the bar of its end, in every row that has one', () => {
  const trace = handMade();
  const rows = new LadderRows({ lang: 'en' });
  const ladder = new TerminalLadder({ ends: trace.ends, lang: 'en', width: 80, ascii: false, colour: false });
  const bar: Record<End, number> = { left: 21, right: 66 };
  const changed = (event: TraceEvent, end: End): boolean =>
    event.changes.some((c: StateChange) => c.end === end);
  for (const event of trace.events) {
    const [line = ''] = rows
      .push(event)
      .filter((row) => row.kind !== 'gap')
      .flatMap((row) => ladder.row(row));
    if (textWidth(line) !== line.length) continue;
    for (const end of ['left', 'right'] as const) expect(line[bar[end]] === '●').toBe(changed(event, end));
  }
});

test('more segments under way than there are columns for: the others are known by number', () => {
  const b = new TraceBuilder({ left: 'ESTABLISHED', right: 'ESTABLISHED' });
  for (let id = 1; id <= 5; id++) {
    const text = segment('ACK', id * 10, 0, { length: 10 });
    b.at(id, { kind: 'sent', id, from: 'left', segment: text, retransmission: false });
  }
  for (let id = 1; id <= 5; id++)
    b.at(20 + id, { kind: 'arrived', id, to: 'right', copy: 0, discarded: null });
  const lines = draw(b.trace());
  expect(lines.filter((line) => line.includes('╮')).length).toBe(1 + 3);
  for (const number of ['n=4', 'n=5']) expect(lines.filter((line) => line.includes(number)).length).toBe(2);
  for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(80);
});

test('several connections: each says which it is before its segments, and the states are its own', () => {
  const b = new TraceBuilder({ left: 'CLOSED', right: 'LISTEN' });
  const trace = b
    .at(0, { kind: 'sent', id: 1, from: 'left', segment: segment('SYN', 7, null), retransmission: false })
    .trace();
  const [first] = trace.events as [TraceEvent];
  const second = { ...first, t: 5000, connection: 1, id: 2, states: { left: 'SYN-SENT', right: 'LISTEN' } };
  const both = { ...trace, events: [first, second as TraceEvent] };
  const lines = draw(both, { name: (n) => `:${50_000 + n}` });
  expect(lines[3]).toContain('CLOSED ┠── SYN seq=0 ──');
  expect(lines[4]).toContain('SYN-SENT ┠── :50001 SYN seq=0 ──');
});

test('faults: a crash stands at its host, a cut goes across the wire', () => {
  const b = new TraceBuilder({ left: 'ESTABLISHED', right: 'ESTABLISHED' });
  b.at(0, { kind: 'fault', what: 'cut', end: null })
    .at(1, { kind: 'fault', what: 'mend', end: null })
    .at(2, { kind: 'fault', what: 'crash', end: 'right' }, { right: ['CLOSED', null] })
    .at(3, { kind: 'fault', what: 'reboot', end: 'right' }, { right: ['LISTEN', null] });
  expect(draw(b.trace()).slice(3)).toEqual([
    '  0.000  ESTABLISHED ┃╌╌╌╌╌╌╌╌╌╌╌╌ × the wire is cut ╌╌╌╌╌╌╌╌╌╌╌╌╌┃ ESTABLISHED',
    '  0.001  ESTABLISHED ┃╌╌╌╌╌╌╌╌╌╌╌╌ the wire is mended ╌╌╌╌╌╌╌╌╌╌╌╌┃ ESTABLISHED',
    '  0.002  ESTABLISHED ┃                       × the host crashes   ● CLOSED',
    '  0.003  ESTABLISHED ┃                         the host is back   ● LISTEN',
  ]);
});

test('a forged segment does not begin at the bar of the end that it names', () => {
  const b = new TraceBuilder({ left: 'ESTABLISHED', right: 'ESTABLISHED' });
  const rst = segment('RST', 9, null);
  b.at(0, { kind: 'sent', id: 1, from: 'left', segment: rst, retransmission: false, injected: true });
  expect(draw(b.trace())[3]).toContain('ESTABLISHED ┃ ↯ RST seq=9 (forged) ──');
  expect(draw(b.trace(), { ascii: true })[3]).toContain('ESTABLISHED | ! RST seq=9 (forged) --');
});

test('a TIME-WAIT that a new SYN ends ends its 2 MSL in the drawing, too', () => {
  const scenario = scenarioNamed('tw-syn');
  if (scenario === undefined) throw new Error('no such scenario');
  const lines = draw(runScenario(scenario));
  const cut = lines.findIndex((line) => line.includes('2 MSL cut short ┘'));
  expect(lines[cut - 1]).toMatch(/╰─┼▶● CLOSED$/);
  expect(lines.slice(cut + 1).filter((line) => /[│┼] [┃●┨┇]/.test(line.slice(60)))).toEqual([]);
});

test('2 MSL that begin anew are one bracket; several that wait end one by one', () => {
  const lost = scenarioNamed('lastack-lost');
  const pile = scenarioNamed('tw-pile');
  if (lost === undefined || pile === undefined) throw new Error('no such scenario');
  const again = draw(runScenario(lost));
  expect(again.filter((line) => line.includes('2 MSL')).map((line) => line.slice(21, 24))).toEqual([
    '┃ ┌',
    '┃ ├',
    '● └',
  ]);
  const marks = draw(runScenario(pile)).filter((line) => line.includes('2 MSL'));
  expect(marks.map((line) => /[┐┤┘]/.exec(line)?.[0]).join('')).toBe('┐┤┤┤┤┘');
});
