// The help of `synfin register`, in both languages.

import type { Lang } from '../lab/text/index.ts';
import { type Both, commonOptionsHelp, type OptionHelp, optionLines } from './help-lines.ts';

const optionsHelp: readonly OptionHelp[] = [
  {
    option: '--explain',
    text: {
      en: 'what is redirected in this folder and environment, what is not, what cannot be and why; also without this option',
      zh: '在当前目录和环境中，重定向什么、不重定向什么、不能重定向什么及其原因；不带此选项时也一样',
    },
  },
];

const REGISTER: Both = {
  en: `synfin register [--explain]

A program that never heard of synfin runs on it by

  node --import synfin/register app.js

This command says what that changes. What is synfin's is said by the variable
SYNFIN, by the nearest synfin.config.ts, .js or .json at or above this folder,
or by the argument of register(), in this order from the last one on:

  networks        reached through synfin. Default: 127.0.0.0/8,::1/128
  addresses       that its host has beside the loopback
  listenOnAny     whether servers and UDP sockets on every address are synfin's.
                  Default: true
  hosts.NAME      the address of a name, or several: hosts.db=10.1.0.5,fd00::5
  servers         DNS servers that are reached through synfin
  domains         whose names are asked there. Default: all
  faults.loss     probability that a packet is lost, 0.05 or 5%
  faults.delayUs  microseconds; also jitterUs, bandwidthBps, duplicate, corrupt,
                  mtu, reorder.probability with reorder.extraDelayUs, and seed
  explain         true, en or zh: prints this explanation at the beginning

Options:
{options}

Examples:
  SYNFIN='networks=10.1.0.0/16 addresses=10.1.0.1' synfin register --explain
  SYNFIN='hosts.db=127.0.0.5' node --import synfin/register app.js
  SYNFIN='faults.loss=5% faults.seed=7' node --import synfin/register app.js

Exit codes: 0 done, 1 the configuration is wrong, 2 wrong arguments
`,
  zh: `synfin register [--explain]

从未听说过 synfin 的程序这样运行在它上面：

  node --import synfin/register app.js

本命令说明这会改变什么。哪些地址属于 synfin，依次由 register() 的参数、
变量 SYNFIN、当前目录或其上级目录中最近的 synfin.config.ts、.js 或 .json 决定，
前者优先：

  networks        经由 synfin 访问的网络。默认：127.0.0.0/8,::1/128
  addresses       其主机除环回以外的地址
  listenOnAny     监听所有地址的服务器和 UDP 套接字是否属于 synfin。默认：true
  hosts.NAME      域名的地址，可有多个：hosts.db=10.1.0.5,fd00::5
  servers         经由 synfin 访问的 DNS 服务器
  domains         向它们查询哪些域中的域名。默认：全部
  faults.loss     丢包概率，0.05 或 5%
  faults.delayUs  微秒；另有 jitterUs、bandwidthBps、duplicate、corrupt、mtu、
                  reorder.probability 与 reorder.extraDelayUs，以及 seed
  explain         true、en 或 zh：开始时打印此说明

选项：
{options}

示例：
  SYNFIN='networks=10.1.0.0/16 addresses=10.1.0.1' synfin register --explain
  SYNFIN='hosts.db=127.0.0.5' node --import synfin/register app.js
  SYNFIN='faults.loss=5% faults.seed=7' node --import synfin/register app.js

退出码：0 成功，1 配置有误，2 参数错误
`,
};

/** The help of `synfin register`. */
export function registerHelp(lang: Lang): string {
  return REGISTER[lang].replace('{options}', optionLines([...optionsHelp, ...commonOptionsHelp], lang));
}
