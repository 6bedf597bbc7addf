// The pages of the site as data: what each is called, what it says, and its picture. Everything is the lab's own.

import { type Claim, checkClaim, claimContext, claims, forgottenBy } from '../../src/lab/claims/index.ts';
import { states, terms } from '../../src/lab/explain/index.ts';
import {
  type Lang,
  questions,
  runbooks,
  scenarioNamed,
  scenarios,
  stateGlyph,
  type Text,
  xmlOf,
} from '../../src/lab/index.ts';
import { interviewQuestions } from '../../src/lab/interview/index.ts';
import { stories } from '../../src/lab/stories/index.ts';
import { type State, type StateName, stateName, transitions } from '../../src/tcp/index.ts';
import { both, html, ladder, ladderOf, list, paragraphs, prose, stateDiagram } from './drawings.ts';
import { proofPage, whyPages } from './why-pages.ts';

/** A page of the site, without its frame. */
export interface SitePage {
  /** Without language and ending: `stories/third-ack`. */
  readonly path: string;
  readonly title: Text;
  /** One or two sentences: for search engines, and where the page is shared. */
  readonly description: Text;
  /** HTML. */
  readonly body: (lang: Lang) => string;
  /** The scenario of its picture. */
  readonly picture: string;
  /** Fragment of the place in the page that runs. */
  readonly live: string;
}

const link = (href: string, text: string): string => `<a href="${href}">${prose(text)}</a>`;

function scenarioPages(): SitePage[] {
  return scenarios.map((scenario) => ({
    path: `lab/${scenario.id}`,
    title: scenario.title,
    description: scenario.question,
    picture: scenario.id,
    live: `1/${scenario.id}`,
    body: (lang) => {
      const asked = questions.filter((one) => one.scenario === scenario.id);
      return (
        `<p class="lead">${prose(scenario.question[lang])}</p>${ladderOf(scenario.id, lang)}` +
        paragraphs(scenario.explanation[lang]) +
        `<h2>${lang === 'en' ? 'What to notice' : '值得注意'}</h2>` +
        list(
          scenario.notice.map((one) => prose(one[lang])),
          'ol',
        ) +
        (scenario.linux === undefined ? '' : `<h2>Linux</h2>${paragraphs(scenario.linux[lang])}`) +
        (asked.length === 0
          ? ''
          : `<h2>${lang === 'en' ? 'Questions answered here' : '这里回答的问题'}</h2>${asked
              .map((one) => `<h3>${prose(one.question[lang])}</h3>${paragraphs(one.answer[lang])}`)
              .join('')}`)
      );
    },
  }));
}

function storyPages(): SitePage[] {
  return stories.map(({ id, title, lead, steps, scenario, edits = [] }) => ({
    path: `stories/${id}`,
    title,
    description: lead,
    picture: scenario,
    live: `1/${id}?v=story`,
    body: (lang) =>
      `<p class="lead">${prose(lead[lang])}</p>${ladderOf(scenario, lang, edits)}` +
      list(
        steps.map((step) => `<h3>${prose(step.title[lang])}</h3><p>${prose(step.text[lang])}</p>`),
        'ol',
      ),
  }));
}

function runbookPages(): SitePage[] {
  return runbooks.map((book) => ({
    path: `runbooks/${book.id}`,
    title: book.title,
    description: book.means,
    picture: book.scenario,
    live: `1/${book.id}?v=runbook`,
    body: (lang) => {
      const section = (title: Text, items: readonly Text[]): string =>
        items.length === 0
          ? ''
          : `<h2>${prose(title[lang])}</h2>${list(items.map((one) => prose(one[lang])))}`;
      return (
        `<p class="lead">${prose(book.means[lang])}</p>${paragraphs(book.fault[lang])}` +
        list(
          book.looks.map(
            (look) =>
              `<h3>${prose(look.ask[lang])}</h3><pre><code>$ ${html(look.run)}\n${html(look.prints)}</code></pre><p>${prose(look.reads[lang])}</p>`,
          ),
          'ol',
        ) +
        section(both('What to do now', '现在怎么办'), book.now) +
        section(both('What to do for good', '一劳永逸的办法'), book.forGood) +
        section(both('What does not help', '没有用的做法'), book.useless) +
        ladderOf(book.scenario, lang, book.edits ?? [])
      );
    },
  }));
}

/** A list of pages, as a page. */
function indexOf(
  path: string,
  title: Text,
  description: Text,
  pages: readonly SitePage[],
  live: string,
): SitePage {
  return {
    path: `${path}/index`,
    title,
    description,
    picture: pages[0]?.picture ?? 'hs',
    live,
    body: (lang) =>
      `<p class="lead">${prose(description[lang])}</p>` +
      list(
        pages.map(
          (page) =>
            `${link(`${page.path.replace(/^.*\//, '')}.html`, page.title[lang])}<br><small>${prose(page.description[lang])}</small>`,
        ),
      ),
  };
}

const VERDICTS = {
  true: both('True', '正确'),
  imprecise: both('Not quite', '不够准确'),
  wrong: both('Wrong', '错误'),
  name: both('Another name', '另一种叫法'),
};

function interviewPage(): SitePage {
  return {
    path: 'interview',
    title: both('What interviewers ask about TCP', '面试官会问的 TCP'),
    description: both(
      'Each question with an answer of thirty seconds, the full one, and the wrong sentences that circulate.',
      '每个问题都有三十秒版与完整版的回答，以及流传的错误说法。',
    ),
    picture: 'hs',
    live: '1/?v=interview',
    body: (lang) =>
      interviewQuestions
        .map(
          ({ id, question, short, full, mistakes }) =>
            `<h2 id="${id}">${prose(question[lang])}</h2><p><b>${prose(short[lang])}</b></p>${paragraphs(full[lang])}${
              mistakes.length === 0
                ? ''
                : list(
                    mistakes.map(({ wrong, right }) => `<s>${prose(wrong[lang])}</s> ${prose(right[lang])}`),
                  )
            }`,
        )
        .join(''),
  };
}

function claimsPage(): SitePage {
  return {
    path: 'claims/index',
    title: both('What is said of TCP: true or false?', '关于 TCP 的说法：对还是错？'),
    description: both(
      'Sentences of textbooks and interview notes, each decided by a run of a real TCP.',
      '教科书与面试笔记中的说法，逐句由一个真实 TCP 的运行来判定。',
    ),
    picture: 'close4',
    live: '1/hs?v=quiz',
    body: (lang) =>
      list(
        claims.map(
          (claim) =>
            `<h3 id="claim-${claim.number}">${link(`${claim.number}.html`, claim.claim[lang])}</h3><p>${verdictOf(claim, lang)} ${prose(claim.truth[lang])}</p>`,
        ),
        'ol',
      ),
  };
}

function verdictOf({ verdict }: Claim, lang: Lang): string {
  return `<b data-verdict="${verdict}">${VERDICTS[verdict][lang]}${lang === 'en' ? '.' : '。'}</b>`;
}

/** A page for each claim: the sentence, what is true, and the run that decides it. */
function claimPages(): SitePage[] {
  return claims.map((claim) => {
    const { number, claim: says, truth, scenario, edits = [] } = claim;
    const context = claimContext(number);
    const run = scenarioNamed(scenario);
    return {
      path: `claims/${number}`,
      title: both(`“${says.en}” True or false?`, `“${says.zh}”对还是错？`),
      description: truth,
      picture: scenario,
      live: `1/${scenario}${edits.length === 0 ? '' : `?${edits.map((one) => `e=${encodeURIComponent(one)}`).join('&')}`}`,
      body: (lang) => {
        const proof = checkClaim(claim);
        const forgets = forgottenBy(proof.trace);
        return (
          (context === undefined ? '' : `<p>${prose(context[lang])}</p>`) +
          `<p class="lead">${verdictOf(claim, lang)} ${prose(truth[lang])}</p>` +
          `<h2>${lang === 'en' ? 'The run that shows it' : '用运行来证明'}</h2><p>${prose(proof.says[lang])}</p>` +
          (forgets === null
            ? ''
            : `<p class="not-real">${lang === 'en' ? 'Not real TCP, without this rule: ' : '并非真实的 TCP，没有这条规则：'}${prose(forgets.rule[lang])}</p>`) +
          ladder(proof.trace, `c${number}`, run?.question[lang] ?? says[lang], lang)
        );
      },
    };
  });
}

function glossaryPage(): SitePage {
  return {
    path: 'glossary',
    title: both('The words of TCP', 'TCP 的术语'),
    description: both('What each word means, and where it is defined.', '每个术语的含义，以及它定义在哪里。'),
    picture: 'hs',
    live: '1/hs',
    body: (lang) =>
      `<dl>${terms
        .map(
          (term) =>
            `<dt id="${term.id}">${prose(term.name[lang])}</dt><dd>${prose(term.definition[lang])} <small>${html(term.section)}</small></dd>`,
        )
        .join('')}</dl>`,
  };
}

function statesPage(): SitePage {
  const glyph = (state: StateName): string =>
    `<span class="sf">${xmlOf(stateGlyph(state, 'l-close4'))}</span>`;
  return {
    path: 'states',
    title: both('Eleven states, two strands', '十一个状态，两股线'),
    description: both(
      'A connection is two directions: what an end sends, and what it hears. Every state, and every transition of RFC 9293, figure 5.',
      '一条连接是两个方向：一端发送的与听到的。全部状态，以及 RFC 9293 图 5 的全部转移。',
    ),
    picture: 'close4',
    live: '1/close4',
    body: (lang) =>
      `<dl>${Object.entries(states)
        .map(
          ([name, { meaning }]) =>
            `<dt id="${name}">${glyph(name as StateName)} ${name}</dt><dd>${prose(meaning[lang])}</dd>`,
        )
        .join(
          '',
        )}</dl><h2>${lang === 'en' ? 'The diagram' : '状态图'}</h2>${stateDiagram(lang)}<h2>${lang === 'en' ? 'A whole life' : '从生到死'}</h2>${ladderOf('close4', lang)}<h2>${lang === 'en' ? 'Transitions' : '状态转移'}</h2>` +
      `<table><thead><tr>${(lang === 'en' ? ['from', 'to', 'row', 'RFC 9293'] : ['从', '到', '行', 'RFC 9293']).map((one) => `<th scope="col">${one}</th>`).join('')}</tr></thead><tbody>${transitions
        .map(
          ({ from, to, name, section }) =>
            `<tr><td>${namesOf(from)}</td><td>${namesOf(to)}</td><td>${html(name)}</td><td>${html(section)}</td></tr>`,
        )
        .join('')}</tbody></table>`,
  };
}

function namesOf(of: State | readonly State[]): string {
  return [of]
    .flat()
    .map((one) => stateName(one as State))
    .join(', ');
}

function homePage(pages: readonly SitePage[]): SitePage {
  const of = (folder: string): readonly SitePage[] =>
    pages.filter(({ path }) => path.startsWith(`${folder}/`));
  return {
    path: 'index',
    title: both('What if the third ACK is lost?', '第三次握手的 ACK 丢了，会怎样？'),
    description: both(
      'A real TCP in your browser: watch every connection, lose any segment, and see why each rule is there.',
      '浏览器里一个真实的 TCP：看清每条连接，丢掉任意一个报文段，弄懂每条规则为什么存在。',
    ),
    picture: 'ack3-lost',
    live: '',
    body: (lang) =>
      `<p class="lead">${lang === 'en' ? 'A real TCP, running in the page. Watch what saves the connection, then break it yourself.' : '一个真实的 TCP，就在页面中运行。看看是什么救了这条连接，然后亲手弄坏它。'}</p>` +
      ladderOf('ack3-lost', lang) +
      (['stories', 'lab', 'why', 'runbooks'] as const)
        .map(
          (folder) =>
            `<h2>${link(`${folder}/index.html`, SECTIONS[folder][lang])}</h2><div class="columns">${list(
              of(folder)
                .filter(({ path }) => !path.endsWith('/index'))
                .map((page) => link(`${page.path}.html`, page.title[lang])),
            )}</div>`,
        )
        .join(''),
  };
}

/** The parts of the site, by folder or page. */
export const SECTIONS = {
  stories: both('Stories', '故事'),
  lab: both('Experiments', '实验'),
  why: both('Why?', '为什么'),
  runbooks: both('Diagnose', '排障'),
  interview: both('Interview', '面试'),
  claims: both('Claims', '说法'),
  states: both('States', '状态'),
  glossary: both('Glossary', '术语'),
} as const;

/** All pages. */
export function sitePages(): SitePage[] {
  const [experiments, told, whys, books] = [scenarioPages(), storyPages(), whyPages(), runbookPages()];
  const pages = [
    ...told,
    indexOf(
      'stories',
      SECTIONS.stories,
      both('One question each, in five to eight steps.', '每个故事回答一个问题，分五到八步。'),
      told,
      '1/?v=story',
    ),
    ...experiments,
    indexOf(
      'lab',
      SECTIONS.lab,
      both(
        'Every experiment of the lab: two hosts, a wire, and a question that the run answers.',
        '实验室的全部实验：两台主机、一条线路，每次运行回答一个问题。',
      ),
      experiments,
      '1/hs',
    ),
    ...whys,
    proofPage(),
    indexOf(
      'why',
      SECTIONS.why,
      both('Why each rule of TCP is there, found by search.', 'TCP 的每条规则为什么存在：由搜索给出答案。'),
      [...whys, proofPage()],
      '1/three?v=why',
    ),
    ...books,
    indexOf(
      'runbooks',
      SECTIONS.runbooks,
      both(
        'From a symptom of a machine to its cause: what shows it, and what helps.',
        '从机器上的现象到原因：用什么命令查看，怎样处理。',
      ),
      books,
      '1/?v=runbook',
    ),
    interviewPage(),
    claimsPage(),
    ...claimPages(),
    statesPage(),
    glossaryPage(),
  ];
  return [homePage(pages), ...pages];
}
