import { expect, test } from 'vitest';
import { scenarios, textWidth } from '../../lab/index.ts';
import { draw } from './draw.ts';
import { labWorld } from './index.ts';
import { beginning, type OpenRun, opened, PANES, shown, visible } from './model.ts';
import { plain } from './paint.ts';
import { update } from './update.ts';

const world = labWorld({});

test.each(scenarios)(
  '$id: every pane at events from the beginning to the end is as wide and high as the screen',
  (scenario) => {
    const begin = beginning('zh');
    const model = opened(begin, world, scenario);
    const open = model.open as OpenRun;
    const stops = visible(shown(open), model, '');
    const step = Math.max(1, Math.floor(stops.length / 6));
    for (let i = 0; i < stops.length; i += step) {
      const at = stops[i] as number;
      PANES.forEach((pane, p) => {
        const size = p % 2 === 0 ? { columns: 80, rows: 24 } : { columns: 120, rows: 40 };
        const lang = i % 2 === 0 ? 'zh' : 'en';
        const lines = draw(
          { ...model, lang, open: { ...open, at, pane } },
          { ...size, ascii: false, colour: true },
          world,
        );
        expect(lines).toHaveLength(size.rows);
        for (const line of lines) expect(textWidth(plain(line))).toBe(size.columns);
      });
    }
  },
);

test.each(scenarios)(
  '$id: its first segment dropped by a key is another run, and taken back the same',
  (scenario) => {
    const from = opened(beginning('en'), world, scenario);
    // Forged segments cannot be changed: the first that was really sent.
    const { trace } = from.open as OpenRun;
    const at = trace.events.findIndex((event) => event.kind === 'sent' && event.nth !== undefined);
    const model = update({ ...from, open: { ...(from.open as OpenRun), at } }, 'd', world);
    const open = model.open as OpenRun;
    expect(open.edits).toHaveLength(1);
    expect(open.trace.events.some(({ kind }) => kind === 'lost')).toBe(true);
    const back = update(model, 'z', world);
    expect(back.open?.trace.events).toEqual(world.run(scenario, []).trace.events);
  },
);

test('what the filter of the list does not find by letters is found by its meaning, in both languages', () => {
  expect(world.find('third ACK lost')[0]).toBe('ack3-lost');
  expect(world.find('第三次握手丢了')[0]).toBe('ack3-lost');
});
