// A page of the site as a file: head with title, description and picture, then the text; no script of its own.

import { fontVariables, type Lang, pageStyleSheet, tokenVariables, xmlOf } from '../../src/lab/index.ts';
import { LOGO } from '../../web/parts/logo.ts';
import { phrases } from '../../web/parts/phrases.ts';
import { html } from './drawings.ts';
import { SECTIONS, type SitePage } from './pages.ts';

/** The style sheet of all static pages. */
export function siteStyle(): string {
  return `${fontVariables()}
:root{color-scheme:light dark;${tokenVariables('light')}}
@media(prefers-color-scheme:dark){:root{${tokenVariables('dark')}}}
@media print{:root{${tokenVariables('light')}}header,footer{display:none}}
*{box-sizing:border-box}
body{display:flex;flex-direction:column;min-height:100vh;margin:0 auto;max-width:860px;padding:0 clamp(16px,3vw,24px) 24px;background:var(--paper);color:var(--ink);font:400 17px/1.58 var(--sans);overflow-wrap:break-word}
header{display:flex;flex-wrap:wrap;gap:4px 20px;align-items:center;padding:8px 0 6px;border-bottom:1px solid var(--line);font-size:15px}
header b{display:flex;align-items:center;gap:10px;color:var(--ink);font:700 19px/1 var(--serif);letter-spacing:-.01em}
header nav{display:flex;flex-wrap:wrap;gap:2px;margin-left:-10px}
header nav a,header .language{padding:6px 10px}
header nav a:hover,header .language:hover{color:var(--ink)}
header .language{margin:0 -10px 0 auto}
@media(max-width:760px){header nav{order:1;width:calc(100% + 20px)}}
@media(max-width:480px){header nav a{padding:4px 9px}}
header [aria-current]{color:var(--ink);font-weight:600;box-shadow:inset 0 -2px 0 var(--ink)}
a{color:inherit;text-decoration-color:var(--edge);text-underline-offset:.2em}
header a{white-space:nowrap;text-decoration:none;color:var(--ink2)}
h1{font:700 clamp(28px,4.4vw,44px)/1.15 var(--serif);text-wrap:balance;margin:32px 0 12px}
h2{font:700 24px/1.25 var(--serif);margin:32px 0 8px}
h3{font:600 17px/1.4 var(--sans);margin:20px 0 4px}
main{padding-bottom:48px}
:lang(zh) h1,:lang(zh) h2{line-height:1.35}
.lead{font-size:19px;color:var(--ink2)}
figure{margin:24px 0}
figure svg{display:block;width:100%;height:auto}
figure.diagram{max-width:560px}
.diagram a:hover rect{stroke:var(--ink)}
.narrow{max-width:420px;margin:0 -8px}
@media(min-width:620px){.narrow{display:none!important}}
@media(max-width:619px){.wide{display:none!important}}
.columns ul{columns:2 340px;column-gap:40px;padding-left:0;list-style:none}
.columns li{break-inside:avoid;margin:0;padding:7px 0;border-bottom:1px solid var(--line)}
.columns a,h2 a,h3 a{text-decoration:none}
.columns a:hover,h2 a:hover,h3 a:hover{text-decoration:underline}
.not-real{padding:6px 12px;border:1px dashed var(--bad);border-radius:8px;color:var(--bad);font-size:15px}
[data-verdict=true]{color:var(--open)}
[data-verdict=wrong],[data-verdict=name]{color:var(--bad)}
[data-verdict=imprecise]{color:var(--closing)}
.nb{white-space:nowrap}
.phrases{word-break:keep-all}
.live{display:inline-block;padding:11px 20px;border-radius:10px;background:var(--ink);color:var(--paper);font-weight:600;text-decoration:none}
pre{padding:12px 16px;border:1px solid var(--line);border-radius:12px;background:var(--sunk);font:400 13px/1.55 var(--mono);white-space:pre-wrap;overflow-wrap:anywhere}
dt{font-weight:600;margin-top:14px}
dd{margin:0}
dt .glyph{display:inline-block;vertical-align:-3px}
small{color:var(--ink2);font-size:14px}
p,li,dd{text-wrap:pretty}
code{font:400 .9em var(--mono)}
li{margin:6px 0}
table{border-collapse:collapse;width:100%;font-size:14px}
th{text-align:left;color:var(--ink2);font-weight:500}
td,th{padding:4px 10px 4px 0;border-bottom:1px solid var(--line);vertical-align:top}
@media(max-width:480px){td:nth-child(3),th:nth-child(3){display:none}}
@media(max-width:480px){.words tr{display:grid;grid-template-columns:1fr 1fr}.words td:nth-child(2),.words th:nth-child(2){grid-column:1/3;border-bottom:0;padding-bottom:0}.words td:nth-child(3),.words th:nth-child(3){display:block}.words td:first-child,.words th:first-child{display:none}}
footer{margin-top:auto;padding-top:14px;border-top:1px solid var(--line);font-size:14px;color:var(--ink2)}
${pageStyleSheet()}`;
}

/** From a page to the root of its language: ``, `../`. */
function upOf({ path }: SitePage): string {
  return '../'.repeat(path.split('/').length - 1);
}

/** Where a part of the site begins. */
function sectionHref(name: string): string {
  return ['interview', 'states', 'glossary'].includes(name) ? `${name}.html` : `${name}/index.html`;
}

/** The button that runs it stands after the sentence that the page begins with. */
function withButton(body: string, button: string): string {
  const lead = /^(?:<p>[^<]*<\/p>)?<p class="lead">.*?<\/p>/s.exec(body)?.[0] ?? '';
  return `${lead}${button}${body.slice(lead.length)}`;
}

/** A page as HTML. `origin`: the address of the site, where it is known: pictures of shared pages need a whole one. */
export function pageHtml(page: SitePage, lang: Lang, origin: string): string {
  const up = upOf(page);
  const root = `../${up}`;
  const other = lang === 'en' ? 'zh' : 'en';
  const code = lang === 'en' ? 'en' : 'zh-CN';
  const title = page.title[lang];
  const description = page.description[lang].replace(/\s+/g, ' ').slice(0, 300);
  const picture = `${origin === '' ? root : origin}pictures/${page.picture}.${lang}.png`;
  const live = `${root}index.html#${page.live === '' ? '' : `${page.live}${page.live.includes('?') ? '&' : '?'}l=${lang}`}`;
  return `<!doctype html>
<html lang="${code}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${html(title)} · synfin</title>
<meta name="description" content="${html(description)}">
<meta property="og:type" content="article">
<meta property="og:title" content="${html(title)}">
<meta property="og:description" content="${html(description)}">
<meta property="og:image" content="${html(picture)}">
<meta property="og:locale" content="${lang === 'en' ? 'en_GB' : 'zh_CN'}">
<meta name="twitter:card" content="summary_large_image">
<link rel="alternate" hreflang="${other === 'en' ? 'en' : 'zh-CN'}" href="${root}${other}/${page.path}.html">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${root}site.css">
</head>
<body>
<header><a href="${up}index.html"><b>${xmlOf(LOGO)}synfin</b></a><nav aria-label="${lang === 'en' ? 'Pages' : '页面'}">${Object.entries(
    SECTIONS,
  )
    .map(
      ([name, text]) =>
        `<a href="${up}${sectionHref(name)}"${page.path.split('/')[0] === name ? ' aria-current="page"' : ''}>${html(text[lang])}</a>`,
    )
    .join(
      '',
    )}</nav><a class="language" href="${root}${other}/${page.path}.html" lang="${other === 'en' ? 'en' : 'zh-CN'}">${lang === 'en' ? '中文' : 'English'}</a></header>
<main>
<h1>${lang === 'zh' ? `<span class="phrases">${phrases(title).map(html).join('<wbr>')}</span>` : html(title)}</h1>
${withButton(page.body(lang), `<p><a class="live" href="${html(live)}">${lang === 'en' ? 'Run it in the page' : '在页面中运行'}</a></p>`)}
</main>
<footer>${lang === 'en' ? 'Every ladder is a run of synfin, a TCP in TypeScript.' : '每幅时序图都是 synfin（用 TypeScript 写成的 TCP）的一次运行。'}</footer>
</body>
</html>
`;
}
