// The texts of the lab's commands, `run SCENARIO`, `ask`, `claims`, `lab`, and of the viewer; part of the one table
// in messages.ts.

/** The texts by key. */
export const labMessages = {
  // Scenarios on the command line.
  noScenario: {
    en: 'no scenario "{text}" (synfin run --list)',
    zh: '没有场景 "{text}"（见 synfin run --list）',
  },
  noScenarioNear: {
    en: 'no scenario "{text}"; did you mean {near}?',
    zh: '没有场景 "{text}"；是否想要 {near}？',
  },
  onlyWithScenario: {
    en: '{option} is for a scenario: synfin run SCENARIO {option} (synfin run --list)',
    zh: '{option} 只用于场景：synfin run 场景 {option}（见 synfin run --list）',
  },
  notWithScenario: {
    en: '{option} is for a run without a scenario',
    zh: '{option} 只用于不带场景的 synfin run',
  },
  notTogether: { en: '{a} and {b} cannot be given together', zh: '{a} 和 {b} 不能同时使用' },
  badEdit: { en: '{option}: {why}', zh: '{option}：{why}' },
  outputFailed: { en: 'cannot write {file}: {message}', zh: '无法写入 {file}：{message}' },
  editUnmatched: {
    en: 'nothing in this run was matched by "{edit}"',
    zh: '本次运行中没有与 “{edit}” 匹配的报文段',
  },
  plotNothing: {
    en: 'Nothing to plot: no text was sent.',
    zh: '没有可画的：没有发送数据。',
  },
  labQuestion: { en: 'Question: {text}', zh: '问题：{text}' },
  labEdits: { en: 'Changed: {edits}', zh: '改动：{edits}' },
  runBound: {
    en: 'Cut short after {events} events: more happens in this run than anybody can look at. Change less.',
    zh: '在 {events} 个事件后截断：这次运行中发生的事件太多，无法逐一查看。请减少改动。',
  },
  labInThisRun: { en: 'In this run: {text}', zh: '这次运行：{text}' },
  labTwin: {
    en: 'Changed so, it is the run of “{id}” ({title}):',
    zh: '这样改动之后，就成了 “{id}”（{title}）的那次运行：',
  },
  labUnchanged: {
    en: 'What is written about {id} holds for the unchanged run (synfin run {id}).',
    zh: '关于 {id} 的文字针对未改动的运行（synfin run {id}）。',
  },
  labCutShort: {
    en: 'In real time the run was ended after {seconds} s; more of this scenario comes later (synfin run {id}).',
    zh: '实时运行在 {seconds} 秒后结束；这个场景后面还有内容（synfin run {id}）。',
  },
  labNotice: { en: 'What to notice:', zh: '值得注意：' },
  labLinux: { en: 'Linux: {text}', zh: 'Linux：{text}' },
  labSettings: {
    en: 'One way {delay} ms, MSL {msl} s, seed {seed}.',
    zh: '单向时延 {delay} 毫秒，MSL {msl} 秒，随机种子 {seed}。',
  },
  labWrote: { en: '{file} written', zh: '已写入 {file}' },
  labWhy: { en: 'why: {text}', zh: '原因：{text}' },
  group_open: { en: 'Opening a connection', zh: '建立连接' },
  group_close: { en: 'Closing a connection', zh: '关闭连接' },
  'group_time-wait': { en: 'TIME-WAIT', zh: 'TIME-WAIT' },
  group_reset: { en: 'Resets and half-open connections', zh: '复位与半打开连接' },
  group_queues: { en: 'Queues of a listener', zh: '监听者的队列' },
  group_data: { en: 'Data on the way', zh: '数据传输' },
  group_motion: { en: 'Data in motion: congestion, losses, windows', zh: '数据在途：拥塞、丢包、窗口' },
  // ask.
  askNeeds: {
    en: 'ask what? For example: synfin ask "third ACK lost"',
    zh: '要问什么？例如：synfin ask "第三次握手丢了"',
  },
  askNothing: { en: 'no answer to "{text}" here', zh: '这里没有 “{text}” 的答案' },
  askNearest: { en: 'The nearest that there is:', zh: '最接近的是：' },
  askState: {
    en: 'It waits for {waits}. ss calls it {ss}, netstat {netstat}; in Chinese {zh}.',
    zh: '它在等：{waits}。ss 显示为 {ss}，netstat 显示为 {netstat}；中文叫“{zh}”。',
  },
  askHint: { en: 'synfin run --list names every scenario.', zh: 'synfin run --list 列出全部场景。' },
  askCandidates: { en: 'Did you mean one of these?', zh: '您想问的是下面哪一个？' },
  askAnswer: { en: 'Answer: {text}', zh: '回答：{text}' },
  askAlso: { en: 'See also:', zh: '另见：' },
  askWhy: {
    en: 'Searched for, with the rule and without it: {command}',
    zh: '有无这条规则，用穷举搜索来比较：{command}',
  },
  // claims.
  noClaim: { en: 'no claim {text}: there are 1 to {high}', zh: '没有说法 {text}：编号为 1 到 {high}' },
  verdict_true: { en: 'true', zh: '正确' },
  verdict_imprecise: { en: 'imprecise', zh: '不够准确' },
  verdict_wrong: { en: 'wrong', zh: '错误' },
  verdict_name: { en: 'a name only', zh: '只是叫法' },
  claimTitle: { en: 'Claim {number}: {text}', zh: '说法 {number}：{text}' },
  claimAbout: { en: 'About: {text}', zh: '语境：{text}' },
  claimVerdict: { en: 'Verdict: {verdict}. {truth}', zh: '结论：{verdict}。{truth}' },
  claimShown: { en: 'Shown at {t} s by {what}: {says}', zh: '见 {t} 秒处 {what}：{says}' },
  claimInstead: { en: 'With the rule: {text}', zh: '遵守规则时：{text}' },
  claimNotShown: { en: 'claim {number} is not shown: {why}', zh: '说法 {number} 未能得到验证：{why}' },
  claimWord: { en: 'the number of a claim', zh: '说法的编号' },
  claimRow: { en: '[{verdict}] {text} ({scenario})', zh: '[{verdict}] {text}（{scenario}）' },
  claimLine: {
    en: '{number}  {scenario}  {t} s  {what}  {says}',
    zh: '{number}  {scenario}  {t} 秒  {what}  {says}',
  },
  claimSummary: { en: '{shown} of {all} shown', zh: '{all} 条中有 {shown} 条得到验证' },
  claimTally: {
    en: '{all} claims: {true} true, {imprecise} imprecise, {wrong} wrong, {name} a name only',
    zh: '共 {all} 条说法：正确 {true}，不够准确 {imprecise}，错误 {wrong}，只是叫法 {name}',
  },
  claimHint: {
    en: 'synfin claims N runs the scenario that decides claim N.',
    zh: 'synfin claims N 运行决定第 N 条说法的场景。',
  },
  // lab.
  labAt: { en: 'The lab is at {url} (Ctrl-C ends it)', zh: '实验室地址：{url}（按 Ctrl-C 结束）' },
  labNotBuilt: {
    en: 'the page of the lab is not built: {file} is missing; run: npm run build',
    zh: '实验室页面尚未构建：缺少 {file}；请运行 npm run build',
  },
  labNeedsScenario: {
    en: '{option} is for a scenario: synfin lab SCENARIO {option}',
    zh: '{option} 只用于场景：synfin lab 场景 {option}',
  },
  labCannotRead: { en: 'the file cannot be read: {message}', zh: '无法读取文件：{message}' },
  labPortTaken: {
    en: 'port {port} of {host} is taken; choose another with --port, or 0 for any',
    zh: '{host} 的端口 {port} 已被占用；请用 --port 另选一个，0 表示任意端口',
  },
  labCannotListen: {
    en: 'cannot listen on {host}:{port}: {message}',
    zh: '无法监听 {host}:{port}：{message}',
  },
  labCannotOpen: {
    en: 'cannot start a browser ({message}): open the address yourself',
    zh: '无法启动浏览器（{message}）：请手动打开上面的地址',
  },
  // The viewer.
  tuiNeedsTerminal: {
    en: '--tui needs a terminal; use --plain for files and logs',
    zh: '--tui 需要终端；输出到文件或日志请用 --plain',
  },
  tuiTitle: { en: 'synfin lab', zh: 'synfin 实验室' },
  tuiCount: { en: '{n} of {all} scenarios', zh: '{all} 个场景中的 {n} 个' },
  tuiNone: { en: 'No scenario matches "{text}".', zh: '没有与 “{text}” 匹配的场景。' },
  tuiSmall: {
    en: 'The terminal is too small: {columns}x{rows} at least.',
    zh: '终端太小：至少需要 {columns}x{rows}。',
  },
  tuiListKeys: {
    en: '↑/↓ choose  Enter open  / filter  l 中文  ? help  q quit',
    zh: '↑/↓ 选择  Enter 打开  / 筛选  l English  ? 帮助  q 退出',
  },
  tuiLadderKeys: {
    en: '←/→ step  space play  d drop  D delay  r bytes  t table  ? help  q back',
    zh: '←/→ 单步  空格 播放  d 丢弃  D 延迟  r 字节  t 套接字表  ? 帮助  q 返回',
  },
  tuiPlaying: { en: 'playing', zh: '播放中' },
  tuiAt: { en: '{n}/{all}', zh: '{n}/{all}' },
  tuiEdits: { en: '{n} changed', zh: '{n} 处改动' },
  tuiBegin: { en: 'Before the first event.', zh: '第一个事件之前。' },
  tuiFilter: { en: 'filter: ', zh: '筛选：' },
  tuiDelayBy: { en: 'delay by milliseconds: ', zh: '延迟的毫秒数：' },
  tuiEditPrompt: { en: 'change: ', zh: '改动：' },
  tuiNoSegment: {
    en: 'That is no segment: move the cursor to one that leaves or arrives.',
    zh: '这不是报文段：请把光标移到一个发出或到达的报文段上。',
  },
  tuiForged: {
    en: 'This segment was put on the wire by the scenario: it cannot be changed here.',
    zh: '这个报文段由场景直接放到链路上，不能在这里改动。',
  },
  tuiChanged: {
    en: '{edit}: run again; {gone} events gone, {come} new (g shows the run before)',
    zh: '{edit}：已重新运行；少了 {gone} 个事件，多了 {come} 个（按 g 查看改动前的运行）',
  },
  tuiTaken: { en: 'taken back: {edit}', zh: '已撤销：{edit}' },
  tuiNothingToTake: { en: 'Nothing was changed.', zh: '没有可撤销的改动。' },
  tuiNoBefore: { en: 'There is no run before: nothing was changed.', zh: '没有之前的运行：尚未做过改动。' },
  tuiBefore: { en: 'THE RUN BEFORE the change (g: back)', zh: '改动之前的运行（按 g 返回）' },
  tuiNotMs: { en: '"{text}" is not a number of milliseconds', zh: '“{text}” 不是毫秒数' },
  tuiMarked: {
    en: 'Segment #{id} marked: x on another one compares them.',
    zh: '已标记报文段 #{id}：在另一个报文段上按 x 进行比较。',
  },
  tuiUnmarked: { en: 'Mark taken away.', zh: '已取消标记。' },
  tuiNoMatch: { en: 'Nothing here matches "{text}".', zh: '没有与 “{text}” 匹配的内容。' },
  tuiExplain: { en: 'e explanation', zh: 'e 解释' },
  tuiTcb: { en: 'v TCB', zh: 'v TCB' },
  tuiBytes: { en: 'r bytes', zh: 'r 字节' },
  tuiTable: { en: 't table', zh: 't 套接字表' },
  tuiStory: { en: 's scenario', zh: 's 场景' },
  tuiDiff: { en: 'x difference', zh: 'x 比较' },
  tuiNoTcb: { en: 'no TCB', zh: '没有 TCB' },
  tuiNoBytes: { en: 'No packet at the cursor.', zh: '光标处没有数据包。' },
  tuiSame: { en: '{n} fields are the same.', zh: '有 {n} 个字段相同。' },
  tuiDiffHead: { en: 'field', zh: '字段' },
  tuiListener: { en: 'SYN queue {syn}', zh: '半连接 {syn}' },
  tuiMore: { en: '{n} more: j', zh: '还有 {n} 行：j' },
  tuiField: {
    en: '{name} = {value}  (octet {at}, {len} long)',
    zh: '{name} = {value}（偏移 {at}，长 {len} 字节）',
  },
  tuiHelp: {
    en: `Keys
  Left/Right          a step back, forward      Home/End  first, last
  PgUp/PgDn           ten steps                 space     play, pause
  n / N               next, previous segment    q, Esc    back, or out
  e explanation   v TCB, what changed   r bytes   t table as of ss   s scenario
  Tab  next pane      j/k  scroll the pane      Up/Down   step; in bytes: field
Change the run (it is run again at once)
  d  drop the segment, or let it through again     u  duplicate it
  D  delay it                                      c  corrupt it
  i  any other change, as for --edit               z  take back the last
  g  the run before the change (- gone, + new)
Look
  x  compare two segments: x on one, x on the other
  /  only what has this text (empty: all)          a  raw sequence numbers
  l  中文                                          ?  this help
Signs in front of a line: > cursor, + not in the run before, - gone, x marked`,
    zh: `按键
  ←/→            后退、前进一步           Home/End  第一步、最后一步
  PgUp/PgDn      十步                     空格      播放、暂停
  n / N          下一个、上一个报文段     q, Esc    返回；在列表中按 q 退出
  e 解释   v TCB 及其变化   r 字节   t 类似 ss 的套接字表   s 场景说明
  Tab  下一个窗格     j/k  滚动窗格       ↑/↓       单步；字节窗格中选字段
修改运行（立即重新运行）
  d  丢弃该报文段，再按一次恢复           u  复制一份
  D  延迟                                 c  使其损坏
  i  其他改动，写法同 --edit              z  撤销最近一次
  g  查看改动之前的运行（- 消失，+ 新增）
查看
  x  比较两个报文段：先后各按一次 x
  /  只看含有此文字的事件（空：全部）     a  原始序列号
  l  English                              ?  本帮助
行首符号：> 光标，+ 之前的运行中没有，- 已消失，x 已标记`,
  },
} as const;
