// The texts of `doctor`; part of the one table in messages.ts.

/** The texts by key. */
export const doctorMessages = {
  doctorNotLinux: {
    en: 'only Linux tells of its sockets; give a text of another host: ss -tanpiemoH | synfin doctor -',
    zh: '只有 Linux 能查询套接字；请提供另一台机器的文本：ss -tanpiemoH | synfin doctor -',
  },
  doctorTooManyFiles: {
    en: 'doctor takes one text, or two of the same host: the earlier one first',
    zh: 'doctor 接受一份文本，或同一主机先后的两份（早的在前）',
  },
  doctorNoSockets: {
    en: '{name}: no line of ss, of /proc/net/tcp or of nstat in it ({strange|1 line|# lines} of something else)',
    zh: '{name}：其中没有 ss、/proc/net/tcp 或 nstat 的输出（有 {strange} 行其他内容）',
  },
  doctorNoState: { en: '--state: there is no state "{text}"', zh: '--state：没有状态 “{text}”' },
  doctorStateHost: { en: '--state is for a text, not for this host', zh: '--state 只用于文本，不能用于本机' },
  doctorWatchFile: { en: '--watch is for this host, not for a text', zh: '--watch 只用于本机，不能用于文本' },
  doctorWatchTerminal: {
    en: '--watch needs a terminal; --json or no option for files and logs',
    zh: '--watch 需要终端；文件和日志请用 --json 或不加选项',
  },
  doctorHead: {
    en: '{count|1 TCP socket|# TCP sockets} by {source}{span}: {states}',
    zh: '{count} 个 TCP 套接字（来源 {source}{span}）：{states}',
  },
  doctorSpan: { en: ', twice within {seconds} s', zh: '，{seconds} 秒内两次采样' },
  doctorStrange: { en: '{count|1 line was|# lines were} not understood.', zh: '有 {count} 行无法识别。' },
  doctorLess: {
    en: 'There is no more than /proc/net/tcp: ages, rates and bounds of listeners are not known. ss -tanpiemoH tells more.',
    zh: '只有 /proc/net/tcp：不知道时长、速率和监听队列上限。ss -tanpiemoH 能看到更多。',
  },
  doctorOnce: {
    en: 'One sample: growth and counters are not judged. A second text of the same host tells more.',
    zh: '只有一次采样：没有判断增长和计数器。再给一份同一主机的文本可看得更全。',
  },
  doctorNotRoot: {
    en: 'Processes of other users are not named: run it as root for that.',
    zh: '看不到其他用户的进程：以 root 运行才能看到。',
  },
  doctorNothingWrong: { en: 'Nothing is wrong.', zh: '没有问题。' },
  doctorFinding: { en: '{severity}: {title} ({where})', zh: '{severity}：{title}（{where}）' },
  doctorCount: { en: '{count}', zh: '{count} 个' },
  doctorCountWhere: { en: '{count}, {where}', zh: '{count} 个，{where}' },
  doctorShown: { en: 'Shown by: {text}. How sure: {sure}.', zh: '依据：{text}。把握：{sure}。' },
  doctorGrows: { en: 'It grows by {count} a minute.', zh: '每分钟增加 {count} 个。' },
  doctorLeft: {
    en: 'The process has {fds} of {limit|1 descriptor|# descriptors} in use: at this rate it has {minutes} min left.',
    zh: '进程已用 {fds}/{limit} 个描述符：照此速度还能撑 {minutes} 分钟。',
  },
  doctorFds: {
    en: 'The process has {fds} of {limit|1 descriptor|# descriptors} in use.',
    zh: '进程已用 {fds}/{limit} 个描述符。',
  },
  doctorExample: {
    en: '{local} {remote} {state} Recv-Q {recvQ} Send-Q {sendQ}{owner}',
    zh: '{local} {remote} {state} Recv-Q {recvQ} Send-Q {sendQ}{owner}',
  },
  doctorOwner: { en: '  {name} pid {pid} fd {fd}', zh: '  {name} 进程 {pid} 描述符 {fd}' },
  doctorProof: { en: 'Prove it: {command}', zh: '验证：{command}' },
  doctorNow: { en: 'Now: {text}', zh: '眼下：{text}' },
  doctorForGood: { en: 'For good: {text}', zh: '长远：{text}' },
  doctorRunbook: { en: 'More: {command}', zh: '更多：{command}' },
  doctorWatching: {
    en: 'synfin doctor: every {seconds} s, sample {n}; q leaves',
    zh: 'synfin doctor：每 {seconds} 秒一次，第 {n} 次；按 q 退出',
  },
  doctorColumns: { en: 'state|now|change|of late', zh: '状态|现在|变化|最近' },
} as const;
