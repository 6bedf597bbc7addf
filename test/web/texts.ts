// What is wrong with the texts of a page as a browser has laid them out: clipped, covered by another, squeezed, or broken
// before a mark that belongs to the line above.

import type { Page } from 'playwright-core';

/** Texts below this length may stand in any column. */
const SHORT = 40;
/** Characters a line that a longer text has at least; a Chinese character counts as two. */
const LEAST = 12;

/** One sentence for each text that cannot be read as it should: what is wrong, the text, and where. */
export function textProblems(page: Page): Promise<string[]> {
  return page.evaluate(
    ([short, least]) => {
      interface Line {
        readonly text: string;
        readonly where: string;
        readonly owner: Element;
        readonly layer: Element | null;
        readonly box: DOMRect;
      }
      const problems: string[] = [];
      const lines: Line[] = [];
      const width = document.documentElement.clientWidth;
      const columns = (text: string) =>
        [...text].reduce((sum, c) => sum + (/[\u2e80-\uffef]/.test(c) ? 2 : 1), 0);
      const name = (element: Element) => {
        const own = element.getAttribute('class');
        return `${element.tagName.toLowerCase()}${own === null ? '' : `.${own.replace(/\s+/g, '.')}`}`;
      };
      /** What cuts a text off: an ancestor that hides what is beyond it, and cannot be scrolled. */
      const cutBy = (element: Element, box: DOMRect): string | null => {
        for (let at: Element | null = element; at !== null && at !== document.body; at = at.parentElement) {
          const style = getComputedStyle(at);
          if (style.position === 'fixed') return null;
          const [x, y] = [style.overflowX, style.overflowY];
          if (x === 'visible' && y === 'visible') continue;
          if (at instanceof SVGElement && !(at instanceof SVGSVGElement)) continue;
          const frame = at.getBoundingClientRect();
          if (x !== 'auto' && x !== 'scroll' && (box.right > frame.right + 1 || box.left < frame.left - 1))
            return name(at);
          if (y !== 'auto' && y !== 'scroll' && (box.bottom > frame.bottom + 2 || box.top < frame.top - 2))
            return name(at);
          if (x === 'auto' || x === 'scroll' || y === 'auto' || y === 'scroll') return null;
        }
        return box.left < -1 || box.right > width + 1 ? 'the page' : null;
      };
      /** Whether it is scrolled out of what frames it. */
      const scrolledAway = (element: Element, box: DOMRect): boolean => {
        for (let at: Element | null = element; at !== null; at = at.parentElement) {
          const { overflowX, overflowY } = getComputedStyle(at);
          if (!/auto|scroll/.test(overflowX + overflowY)) continue;
          const frame = at.getBoundingClientRect();
          if (box.top < frame.top - 1 || box.bottom > frame.bottom + 1) return true;
          if (box.left < frame.left - 1 || box.right > frame.right + 1) return true;
        }
        return false;
      };
      const unseen = (element: Element) => {
        if (element.closest('.unseen, .skip, [inert], noscript, title, desc, option') !== null) return true;
        return !element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
      };
      const boxOf = (node: Node, from: number) => {
        const range = document.createRange();
        range.setStart(node, from);
        range.setEnd(node, from + 1);
        return range.getBoundingClientRect();
      };
      /** The character that was read before the text that is looked at, and what stands in one block with it. */
      let before: { readonly node: Node; readonly at: number; readonly block: Element | null } | null = null;
      /** Marks that no line begins with. */
      const closing = /[，。、；：？！）」”…,.;:!?)]/g;
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
        const owner = node.parentElement;
        const text = (node.textContent ?? '').replace(/\s+/g, ' ').trim();
        if (owner === null || text === '' || unseen(owner)) continue;
        if (owner.matches('script, style, template')) continue;
        const drawn = owner.closest('text');
        const range = document.createRange();
        range.selectNodeContents(node);
        const boxes = drawn !== null ? [drawn.getBoundingClientRect()] : [...range.getClientRects()];
        const shown = boxes.filter((box) => box.width > 0 && box.height > 0);
        if (shown.length === 0) continue;
        const where = name(owner);
        if (drawn === null && owner.closest('pre, code') === null) {
          const all = node.textContent ?? '';
          const block = owner.closest('p, li, dd, dt, h1, h2, h3, td, button:not(.term)');
          for (const { index } of all.matchAll(closing)) {
            const last: { readonly node: Node; readonly at: number; readonly block: Element | null } | null =
              index > 0 ? { node, at: index - 1, block } : before;
            if (last === null || last.block !== block || block === null) continue;
            const [a, b] = [boxOf(last.node, last.at), boxOf(node, index)];
            if (a.width > 0 && b.top > a.bottom - 2 && b.left < a.left)
              problems.push(`a line begins with "${all.slice(index, index + 20)}" in ${where}`);
          }
          before = { node, at: all.length - 1, block };
        } else before = null;
        // What lies above the page may cover it; what a reader turned is not a level box.
        const layer = owner.closest('dialog, .menu, .layer, .dock, .bar-top');
        const turned = /rotate/.test(drawn?.getAttribute('transform') ?? '');
        for (const box of shown) {
          const by = cutBy(owner, box);
          if (by !== null) problems.push(`clipped by ${by}: "${text.slice(0, 40)}" in ${where}`);
          if (!turned && !scrolledAway(owner, box)) lines.push({ text, where, owner, layer, box });
        }
        if (getComputedStyle(owner).textOverflow === 'ellipsis' && owner.scrollWidth > owner.clientWidth + 1)
          problems.push(`cut short: "${text.slice(0, 40)}" in ${where}`);
        const rows = new Set(shown.map((box) => Math.round(box.top / 4))).size;
        // What a command prints has lines of its own.
        const hasLines = owner.closest('pre') !== null;
        if (drawn === null && !hasLines && columns(text) >= short && columns(text) / rows < least)
          problems.push(`${rows} lines: "${text.slice(0, 40)}" in ${where}`);
      }
      lines.sort((a, b) => a.box.top - b.box.top);
      lines.forEach((a, i) => {
        for (let j = i + 1; j < lines.length; j++) {
          const b = lines[j] as Line;
          if (b.box.top >= a.box.bottom - 3) break;
          if (a.layer !== b.layer || a.owner === b.owner) continue;
          // Half of a line's height is room around its letters.
          const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
          const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
          if (across > 2 && down > 0.45 * Math.min(a.box.height, b.box.height))
            problems.push(
              `"${a.text.slice(0, 30)}" in ${a.where} covers "${b.text.slice(0, 30)}" in ${b.where}`,
            );
        }
      });
      const wide = document.documentElement.scrollWidth;
      if (wide > width + 1) problems.push(`the page is ${wide} px wide, the screen ${width}`);
      return [...new Set(problems)];
    },
    [SHORT, LEAST] as const,
  );
}
