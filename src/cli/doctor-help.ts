// The help of `doctor`, in both languages.

import type { Lang } from '../lab/text/index.ts';
import { type Both, commonOptionsHelp, type OptionHelp, optionLines } from './help-lines.ts';
import { showHelp } from './lab-help.ts';

const doctorOptionsHelp: readonly OptionHelp[] = [
  {
    option: '--interval S',
    text: {
      en: 'seconds between the two samples, 1 to 3600. Default: 2',
      zh: '两次采样的间隔秒数，1 到 3600。默认：2',
    },
  },
  {
    option: '--watch',
    text: {
      en: 'a live screen: states, what changes, what is wrong; q leaves it',
      zh: '实时画面：各状态的数量、变化和问题；按 q 退出',
    },
  },
  {
    option: '--state STATE',
    text: {
      en: 'with a file: the state of lines without one, which is what "ss state close-wait" prints',
      zh: '配合文件：没有状态列的行处于什么状态（“ss state close-wait” 不打印这一列）',
    },
  },
  { option: '--json', text: { en: 'everything, as JSON', zh: '以 JSON 输出全部内容' } },
  ...showHelp.filter(({ option }) => /^--(?:plain|\[no-]ascii|\[no-]color)/.test(option)),
];

const DOCTOR: Both = {
  en: `synfin doctor [OPTIONS]
synfin doctor FILE [LATER] [OPTIONS]

Looks at the TCP sockets of this Linux host twice, and says what is wrong with
them: at most five findings, the worst first, each with what shows it, three
examples, the process and its descriptors, the command that proves it, what to
do now and for good, and the run of the lab that shows the same; or that nothing
is wrong. As root it names the processes of all users. Nothing is changed.

With a FILE (- for standard input): the same of another host, from its texts of
ss, /proc/net/tcp, nstat -az, sysctl net.ipv4, /proc/net/sockstat and date +%s,
in any order, one after the other. LATER: the same host a while later.

Options:
{options}

Examples:
  synfin doctor
  synfin doctor --watch
  ssh web1 'ss -tanpiemoH; nstat -az' | synfin doctor -
  ssh old 'cat /proc/net/tcp /proc/net/tcp6' | synfin doctor -

Exit codes: 0 nothing is wrong (at most notes), 1 something is, 2 wrong
arguments
`,
  zh: `synfin doctor [选项]
synfin doctor 文件 [稍后的文件] [选项]

对本机（Linux）的 TCP 套接字采样两次，说明出了什么问题：最多五项发现，最严重的
在前，每项都有依据、三个例子、进程及其描述符、验证用的命令、眼下和长远的办法、
实验室中同样现象的运行；没有问题时也会明确说明。以 root 运行可看到所有用户的
进程。不做任何改动。

给出文件（- 表示标准输入）：用另一台机器的 ss、/proc/net/tcp、nstat -az、
sysctl net.ipv4、/proc/net/sockstat、date +%s 的输出（顺序不限，依次拼接）做
同样的诊断。稍后的文件：同一台机器过一会儿的输出。

选项：
{options}

示例：
  synfin doctor
  synfin doctor --watch
  ssh web1 'ss -tanpiemoH; nstat -az' | synfin doctor -
  ssh old 'cat /proc/net/tcp /proc/net/tcp6' | synfin doctor -

退出码：0 没有问题（至多有提示），1 有问题，2 参数错误
`,
};

/** The help of `synfin doctor`. */
export function doctorHelp(lang: Lang): string {
  return DOCTOR[lang].replace('{options}', optionLines([...doctorOptionsHelp, ...commonOptionsHelp], lang));
}
