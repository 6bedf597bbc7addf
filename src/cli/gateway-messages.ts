// The texts of `gateway`; part of the one table in messages.ts.

/** The texts by key. */
export const gatewayMessages = {
  gatewayNowhere: {
    en: 'nobody can come: give --listen unix:PATH, tcp:PORT, udp:PORT or ws:PORT',
    zh: '没有入口：请给出 --listen unix:路径、tcp:端口、udp:端口或 ws:端口',
  },
  gatewayBadForward: {
    en: '-L {text}: write [udp:][ADDRESS:]PORT:GUESTPORT, or [udp:][ADDRESS:]PORT:GUEST:GUESTPORT',
    zh: '-L {text}：应写成 [udp:][地址:]端口:客机端口，或 [udp:][地址:]端口:客机:客机端口',
  },
  gatewayBadFault: {
    en: "--fault {text}: write 'loss 2% delay 100', or 'GUEST loss 2%': loss, duplicate, reorder, delay, seed",
    zh: '--fault {text}：应写成 ‘loss 2% delay 100’ 或 ‘客机 loss 2%’：loss、duplicate、reorder、delay、seed',
  },
  gatewayKeys: {
    en: 'up, down: choose; l: its ladder; q: end',
    zh: '上下键：选择；l：梯形图；q：结束',
  },
  gatewayLadderKeys: {
    en: 'up, down, page up, page down: earlier, later; l: the table; q: end',
    zh: '上下键、翻页键：更早、更晚；l：返回表格；q：结束',
  },
  gatewayNoSegments: {
    en: 'none of its segments is among the latest that are kept',
    zh: '保留的最近报文段中没有这条连接的',
  },
  gatewayBadName: {
    en: '--name {text}: write NAME=ADDRESS',
    zh: '--name {text}：应写成 名字=地址',
  },
  gatewayBadOption: { en: '{why}', zh: '{why}' },
  gatewayListens: { en: 'guests come by {at}:', zh: '客机由 {at} 接入：' },
  gatewayForwards: { en: '{from} leads to port {to} of the guest', zh: '{from} 通往客机的端口 {to}' },
  gatewayApi: { en: 'forwards by HTTP at {at}', zh: '通过 HTTP 管理端口转发：{at}' },
  gatewayNetwork: {
    en: 'the network is {network}: gateway {gateway}, DNS {dns}',
    zh: '网络 {network}：网关 {gateway}，DNS {dns}',
  },
  gatewayArrived: { en: 'guest {name} has come by {at}', zh: '客机 {name} 已由 {at} 接入' },
  gatewayRefused: {
    en: 'a guest that came by {at} was not taken: {why}',
    zh: '由 {at} 接入的客机被拒绝：{why}',
  },
  gatewayFileFailed: { en: '{file} cannot be written any more: {why}', zh: '{file} 无法继续写入：{why}' },
  gatewayHeadGuest: { en: 'guest', zh: '客机' },
  gatewayHeadTo: { en: 'to', zh: '目的地' },
  gatewayHeadState: { en: 'state', zh: '状态' },
  gatewayHeadOuter: { en: 'both sides', zh: '两侧' },
  gatewayHeadSent: { en: 'sent', zh: '已发' },
  gatewayHeadReceived: { en: 'received', zh: '已收' },
  gatewayHeadAgain: { en: 'again', zh: '重传' },
  gatewayMore: { en: '… and {count} more', zh: '……另有 {count} 条' },
  gatewaySummary: {
    en: '{guests} guests, {connections} connections, {flows} flows of datagrams; denied {denied}, failed {failed}',
    zh: '客机 {guests}，连接 {connections}，数据报流 {flows}；拒绝 {denied}，失败 {failed}',
  },
} as const;
