// <synfin-ladder scenario="ack3-lost" edits="drop ACK#1" lang="en" theme="dark" cursor="12"> : a run of the lab in any
// page, with the engine in the same file. Without a script of the page's own, without a network.

import {
  decidingEvent,
  drawLadder,
  EditError,
  fonts,
  type LadderLayout,
  layoutLadder,
  pageStyleSheet,
  runScenario,
  scenarioNamed,
  type Trace,
  tokenVariables,
  xmlOf,
} from '../../src/lab/index.ts';
import { mutants } from '../../src/lab/mutants/index.ts';

const WORDS = {
  play: { en: 'Play', zh: '播放' },
  pause: { en: 'Pause', zh: '暂停' },
  back: { en: 'One step back', zh: '后退一步' },
  forth: { en: 'One step', zh: '前进一步' },
  unknown: { en: 'There is no scenario of that name: ', zh: '没有这个场景：' },
} as const;

const STYLE = `
:host{display:block;--sans:${fonts.sans};--serif:${fonts.serif};${tokenVariables('light')};color:var(--ink);font:400 15px/1.5 var(--sans)}
@media(prefers-color-scheme:dark){:host(:not([theme=light])){${tokenVariables('dark')}}}
:host([theme=dark]){${tokenVariables('dark')}}
figure{margin:0}
figcaption{font:700 18px/1.3 var(--serif);margin:0 0 8px}
svg{display:block;width:100%;height:auto}
.cursor{stroke:var(--ink)}
p{display:flex;flex-wrap:wrap;gap:8px;align-items:center;margin:8px 0 0}
button{font:600 14px/1 var(--sans);min-width:40px;min-height:40px;padding:0 12px;border:1px solid var(--edge);border-radius:9px;background:var(--raised);color:var(--ink);cursor:pointer}
.play{background:var(--ink);color:var(--paper);border-color:var(--ink)}
a{margin-left:auto;font-size:13px;color:var(--ink2)}
:focus-visible{outline:2px solid var(--ink);outline-offset:2px}
${pageStyleSheet()}`;

/** Pixels a second at which now moves down, and below an event at which it has happened. */
const FALL = 80;
const JUST_AFTER = 8;

let made = 0;

/** The element. */
class SynfinLadder extends HTMLElement {
  static readonly observedAttributes = ['scenario', 'edits', 'rules', 'lang', 'theme', 'cursor', 'href'];
  readonly #prefix = `sl${++made}`;
  #trace: Trace | null = null;
  #layout: LadderLayout | null = null;
  #cursor = -1;
  #y: number | null = null;
  #frame = 0;
  #svg: SVGSVGElement | null = null;
  #play: HTMLButtonElement | null = null;
  readonly #observer = new ResizeObserver(() => this.#lay());

  connectedCallback(): void {
    this.#make();
    this.#observer.observe(this);
  }

  disconnectedCallback(): void {
    this.#stop();
    this.#observer.disconnect();
  }

  attributeChangedCallback(): void {
    if (this.isConnected && this.shadowRoot !== null) this.#make();
  }

  get #lang(): 'en' | 'zh' {
    const lang = this.getAttribute('lang') ?? document.documentElement.lang;
    return lang.startsWith('zh') ? 'zh' : 'en';
  }

  /** Runs the scenario, and makes what is around its ladder. */
  #make(): void {
    this.#stop();
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    const id = this.getAttribute('scenario') ?? 'hs';
    const scenario = scenarioNamed(id);
    const lang = this.#lang;
    root.innerHTML = `<style>${STYLE}</style>`;
    const figure = document.createElement('figure');
    root.append(figure);
    if (scenario === undefined) {
      figure.textContent = WORDS.unknown[lang] + id;
      return;
    }
    const edits = (this.getAttribute('edits') ?? '').split(';').map((one) => one.trim());
    const mutant = mutants.find((one) => one.id === this.getAttribute('rules'));
    try {
      this.#trace = runScenario(scenario, {
        edits: edits.filter((one) => one !== ''),
        ...(mutant === undefined ? {} : { rules: { id: mutant.id, rules: mutant.rules } }),
      });
    } catch (error) {
      if (!(error instanceof EditError)) throw error;
      figure.textContent = error.message;
      return;
    }
    const caption = document.createElement('figcaption');
    caption.textContent = scenario.title[lang];
    this.#svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    this.#svg.setAttribute('class', 'sf');
    this.#svg.setAttribute('role', 'img');
    this.#svg.setAttribute('aria-label', scenario.question[lang]);
    const bar = document.createElement('p');
    const button = (text: string, label: string, act: () => void): HTMLButtonElement => {
      const made = document.createElement('button');
      made.type = 'button';
      made.textContent = text;
      made.setAttribute('aria-label', label);
      made.addEventListener('click', act);
      bar.append(made);
      return made;
    };
    button('←', WORDS.back[lang], () => this.#step(-1));
    this.#play = button(WORDS.play[lang], WORDS.play[lang], () => this.#toggle());
    this.#play.className = 'play';
    button('→', WORDS.forth[lang], () => this.#step(1));
    const href = this.getAttribute('href');
    if (href !== null) {
      const link = document.createElement('a');
      link.href = href;
      link.textContent = 'synfin';
      bar.append(link);
    }
    figure.append(caption, this.#svg, bar);
    const cursor = Number(this.getAttribute('cursor') ?? Number.NaN);
    const last = this.#trace.events.length - 1;
    this.#cursor = Number.isInteger(cursor)
      ? Math.min(last, Math.max(-1, cursor))
      : decidingEvent(this.#trace);
    this.#lay();
  }

  #lay(): void {
    if (this.#trace === null) return;
    const width = Math.max(280, Math.floor(this.clientWidth || 640));
    this.#layout = layoutLadder(this.#trace, { lang: this.#lang, width });
    this.#draw();
  }

  #draw(): void {
    const [layout, trace, svg] = [this.#layout, this.#trace, this.#svg];
    if (layout === null || trace === null || svg === null) return;
    const { width, height, eventY, top } = layout;
    const y = this.#y ?? (this.#cursor < 0 ? top : (eventY[this.#cursor] ?? top) + JUST_AFTER);
    const shapes = drawLadder(layout, trace, { prefix: this.#prefix, cursor: this.#cursor, y });
    svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    svg.innerHTML = `<path class="cursor" d="M0 ${y}H${width}"/>${shapes.map(xmlOf).join('')}`;
  }

  #step(by: number): void {
    this.#stop();
    const last = (this.#trace?.events.length ?? 0) - 1;
    this.#cursor = Math.max(-1, Math.min(last, this.#cursor + by));
    this.#draw();
  }

  #toggle(): void {
    if (this.#frame !== 0) {
      this.#stop();
      return;
    }
    const layout = this.#layout;
    if (layout === null || this.#play === null) return;
    if (this.#cursor >= layout.eventY.length - 1) this.#cursor = -1;
    this.#play.textContent = WORDS.pause[this.#lang];
    let last = performance.now();
    this.#y = this.#cursor < 0 ? layout.top : (layout.eventY[this.#cursor] ?? layout.top);
    const next = (time: number): void => {
      this.#y = (this.#y ?? 0) + (Math.min(100, time - last) / 1000) * FALL;
      last = time;
      const y = this.#y;
      this.#cursor = layout.eventY.findLastIndex((there) => there <= y);
      this.#draw();
      if (y < layout.bottom) this.#frame = requestAnimationFrame(next);
      else this.#stop();
    };
    this.#frame = requestAnimationFrame(next);
  }

  #stop(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#y = null;
    if (this.#play !== null) this.#play.textContent = WORDS.play[this.#lang];
  }
}

customElements.define('synfin-ladder', SynfinLadder);
