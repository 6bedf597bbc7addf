// In which other words people ask for a question or a scenario, in English and Chinese: data, by its id.

/** Phrasings of an id, separated by bars. */
export const PHRASINGS: Readonly<Record<string, string>> = {
  'why-three':
    'can the last ack of the handshake be skipped | why not two way handshake | is the third ack necessary | what would go wrong with two segments | 第三次握手有必要吗 | 少一次握手行不行 | 握手两次够不够 | 为什么建立连接要三次 | what if the server received the syn twice | why does the client ack the syn ack | why an ack after the syn ack | 为什么客户端还要再确认',
  'syn-lost': 'client sends syn gets nothing back | syn times out | 客户端发 syn 没回应 | 第一次握手超时',
  'synack-lost':
    'client never receives syn ack | syn ack does not reach the client | 客户端收不到 syn ack | 服务端的 syn ack 没到客户端 | server retransmits syn ack over and over | server keeps sending syn ack | syn ack repeated | 服务端一直重发 syn ack | client dies after sending syn | client crashes during the handshake | 客户端发完 syn 就挂了 | 握手中客户端崩溃',
  'ack3-lost':
    'server never receives the final ack of the handshake | final handshake ack lost | last ack of handshake dropped | 服务端没收到第三次握手 | 最后一次握手丢了 | 客户端以为连上了服务端没有 | connection established but the server does not know | client thinks connected server does not',
  'ack3-data': 'final handshake ack lost but data arrives | 第三次握手丢了但客户端发了数据',
  'server-gave-up': 'server closed the half connection but client sends | 服务端放弃握手后客户端发数据',
  'data-in-handshake':
    'can data be sent with the third ack | piggyback data on the handshake | 第三次握手带数据',
  'data-in-syn':
    'can a syn carry data | data in the first packet | syn 能带数据吗 | 前两次握手为什么不能带数据',
  'why-random-isn':
    'predictable sequence numbers attack | why not start at zero | isn generation | 序列号为什么不从 0 开始 | isn 怎么生成 | how often does the isn change | isn clock | 4 microseconds isn',
  'why-plus-one':
    'why acknowledgment number is seq plus one | does syn count as one byte | does fin consume a sequence number | ack 为什么加一 | syn 和 fin 占一个序列号 | why is the ack number seq plus 1 | why is ack number seq+1',
  queues:
    'which queues does a listening socket have | how many queues does listen have | listen socket queues | incomplete and completed connection queue | 连接队列有哪两个 | 监听套接字的两个队列 | 半连接和全连接的区别 | 队列满了会怎么样 | where are half open connections kept | where are half open connections stored | 半连接存在哪里 | 半连接存放在哪',
  'queue-overflow-ack': 'ack dropped because accept queue is full | 全连接队列满第三次握手',
  backlog:
    'second argument of listen | how large should the backlog be | listen 的第二个参数 | backlog 设多大',
  'without-accept':
    'can a client connect and send before accept | connected but server never calls accept | data before accept | 服务端不 accept 客户端能连上吗 | 服务端不 accept 客户端能发数据吗 | 不调用 accept',
  'without-listen': 'connect to itself | connection without a server | 没有服务端能建立连接吗 | 自连接',
  'accept-when':
    'when does connect return | when does accept return | connect 什么时候返回 | accept 在握手前还是握手后',
  'syn-flood':
    'half open attack | ddos syn | defend against syn flood | syn 洪水 | syn 泛洪攻击怎么防 | too many half open connections attack | ddos attack handshake | 半连接攻击',
  'syn-cookie-price': 'downside of syn cookies | syn cookie 缺点 | 为什么不一直用 syn cookie',
  'syn-to-established':
    'syn received in established state | client reboots and reconnects with the same port | 同一端口重新发 syn | syn after the connection is established | 连接建立后收到 syn | 已建立连接收到 syn | established 收到 syn | server receives the same syn twice | server received syn twice | duplicate syn',
  'syn-dropped':
    'why are syns ignored | syn packets silently dropped | no reply to syn | syn 被丢弃的原因 | 为什么不回 syn ack | server does not answer syn | no syn ack from the server | 服务器不回 syn ack | 服务端收到 syn 不回',
  'simultaneous-open': 'both sides send syn | 双方同时发 syn',
  'close-in-three':
    'fin and ack in one packet | three segment close | 三次挥手 | 中间两步合并 | ack 和 fin 一起发 | 抓包只看到三次挥手',
  'why-four':
    'why does closing take one more than opening | why open with three and close with four | 为什么握手三次挥手四次 | 建立三次关闭四次 | 挥手比握手多一次',
  'fin-lost':
    'client fin lost | first fin dropped | fin 没到对方 | 主动方的 fin 丢了 | 挥手丢包 | 挥手过程丢包',
  'finack-lost': 'ack of fin lost | fin 的 ack 丢了 | 挥手的第一个 ack 丢了',
  'fin2-lost': 'server fin lost | second fin dropped | 第三次挥手丢了 | 被动方的 fin 丢了',
  'lastack-lost': 'final ack of the close lost | 最后一次挥手丢了 | 被动方没收到最后的 ack',
  'fin-wait-2':
    'server never closes its side | waiting for the peer fin forever | half closed forever | 一直等对方的 fin | fin_wait_2 不消失 | between second and third close segment',
  'close-wait':
    'kill close_wait connections | close_wait never goes away | does close_wait time out | does close_wait disappear by itself | how to remove close_wait | close_wait means | app forgot to close | close_wait 会自己消失吗 | close_wait 会超时吗 | 怎么清理 close_wait | 忘了 close | close_wait python requests | golang http client close_wait | close_wait in tomcat | close_wait java | close_wait node | 服务端收到 fin 后不关闭 | 收到 fin 不 close | client closed but server did not | server does not close socket',
  'close-or-shutdown':
    'can a fin carry data | fin 能带数据吗 | shut_wr shut_rd | half close api | shutdown 之后还能读吗 | 关闭一半 | graceful shutdown of a server | how to shut down a server gracefully | 服务端优雅关闭 | 怎么优雅关闭连接',
  'data-after-close':
    'server sends after client closed | data after fin | 对方关闭后还发数据 | 关闭之后收到数据',
  'linger-zero':
    'abortive close | close with rst | linger option | 强制关闭连接 | close 直接发 rst | how to force close a connection | drop a connection at once | kill a tcp connection | how to kill a tcp connection | ss -K | 强制断开连接 | 强制关闭 tcp 连接 | 杀掉连接',
  'fin-out-of-order': 'fin arrives before data | fin 先到 | fin 乱序',
  'simultaneous-close': 'both sides close | closing state | 双方同时 close | closing 状态',
  'why-time-wait':
    'what would happen without time_wait | time_wait needed | purpose of time_wait | time_wait 的作用 | 没有 time_wait | why wait after closing | 为什么关闭后还要等待',
  'why-2msl': 'why twice the msl | is one msl enough | 为什么要两倍 msl | 一个 msl 行不行',
  'why-active-waits':
    'which side gets time_wait | passive closer has no time_wait | time_wait 在哪一端 | 为什么被动方没有 time_wait',
  'many-time-wait':
    'does time_wait occupy a port | time_wait 占用端口吗 | time_wait 占用资源 | time_wait harmful | get rid of time_wait | time_wait on a proxy | short connections time_wait | time_wait 有什么坏处 | 短连接 time_wait | 清理 time_wait | time_wait 多要紧吗 | http server closes first time_wait on the server | time_wait on the server because it closes first | time_wait on load balancer | time_wait haproxy | memory of time_wait | does time_wait use a file descriptor | time_wait memory usage | time_wait 占文件描述符吗 | time_wait 占内存 | how to optimize time_wait | reduce time_wait | avoid time_wait | time_wait 优化 | time_wait 状态怎么优化 | 优化 time_wait 状态 | time_wait 怎么优化 | 减少 time_wait | 避免 time_wait',
  'tw-reuse': 'danger of tw_reuse | tcp_tw_reuse 有风险吗 | 为什么 tw_reuse 默认关闭 | why is tw_reuse off',
  'tw-recycle': 'tcp_tw_recycle nat problem | tw_recycle 为什么删了',
  reuseaddr:
    'restart server while connections in time_wait | reuseaddr time_wait | 服务器重启 time_wait | bind fails after crash | 重启后 bind 失败',
  'syn-to-time-wait':
    'reuse of a port in time_wait | new connection while in time_wait | time_wait 期间新连接 | syn in time_wait | is a syn accepted in time_wait',
  'rst-to-time-wait':
    'time-wait assassination | rfc 1337 | time_wait 被 rst 杀掉 | rst in time_wait | rst arrives in time wait',
  'when-rst':
    'what makes a server send rst | reasons for tcp reset | why do i see rst packets | tcp reset causes | rst 包什么时候出现 | 为什么会有 rst | 谁发的 rst | rst 的原因 | close sends rst instead of fin | server sends rst immediately after accept | did my close send rst | firewall sends rst | rst injected by middlebox | close 之后发 rst | negative acknowledgment | rst during tls handshake | reset during tls handshake | rst from the server during tls | tls 握手时收到 rst',
  'rst-answered':
    'is rst acknowledged | rst retransmitted | rst 要回 ack 吗 | rst 丢了怎么办 | rst ack vs rst | rst with ack flag | rst,ack and rst difference | rst ack 和 rst 的区别',
  'cable-power-kill':
    'network goes down for a minute | does tcp survive a network outage | process killed vs host down | process crash tcp | 网络中断一会连接还在吗 | 网络闪断 | 网络抖动 | 断网再连 | 程序崩溃连接会断吗 | socket closed by kernel when process exits | what does the kernel close on exit',
  'crash-without-data':
    'client gone but server still established | ghost connections | dead connections stay established | server shows established after client died | 客户端没了服务端还是 established | 死连接 | 僵尸连接 | 对方断电没有通知 | established on one side only | connection established on only one end | one side thinks it is connected | how long can a connection stay open | does an idle connection end | tcp connection maximum lifetime | 连接最多保持多久 | 连接可以一直不断吗 | 不发数据连接会断吗 | tcp 连接会自动断开吗',
  keepalives:
    'grpc keepalive | http2 ping vs keepalive | keepalive ping | http keep-alive vs tcp keepalive | persistent connection vs keepalive | 长连接和 keepalive | http 长连接 | http keep-alive | http keepalive timeout',
  'four-tuple':
    '客户端端口可以重复使用吗 | 端口可以重复用吗 | how many clients can a server have | max concurrent connections one port | 5 tuple | why can many clients use port 80 | 一个端口能连多少客户端 | 单机最大连接数 | 百万连接 | 五元组 | 四元组 | socket vs connection | difference between a socket and a connection | two clients with the same source port | same source port different hosts | how does the server tell clients apart | 两个客户端源端口相同 | 服务器怎么区分客户端 | socket 和连接的区别',
  'tcp-udp-port': 'tcp 80 and udp 80 | tcp 和 udp 端口冲突吗',
  'why-mss':
    'mss vs mtu | mss negotiated | default mss 1460 | mss 和 mtu | mss 为什么是 1460 | 协商 mss | what is mss | mss 是什么 | jumbo frames mss | mss clamping | maximum tcp packet size | largest tcp segment | how big can a tcp packet be | why is data split into segments | tcp segmentation | tcp 一个包最大多少 | 一个报文段最大多少 | tcp 为什么要分段 | 为什么要分段 | 分段和分片',
  'tls-with-tcp': 'tls handshake before tcp | https handshake order | 先 tcp 还是先 tls',
  'https-rtts':
    'rtt of https | how many rtts | https 建立连接要几个 rtt | how long does an https connection take to open | tls 1.3 rtt',
  'refused-timeout-reset':
    'RST after SYN | RST in answer to SYN | SYN 之后收到 RST | refused or timeout | is the service down | server not started | 是服务没启动吗 | 端口没监听 | 拒绝连接 | 连不上怎么区分 | curl 35 | drop vs reject | firewall drop or reject | connection refused sometimes | sporadic connection refused | econnrefused only sometimes | 偶尔 connection refused',
  'timed-out':
    'connect hangs | telnet hangs | curl hangs | ssh hangs on connect | firewall drops | connection attempt never finishes | 连接一直卡住 | curl 卡住 | telnet 卡住 | 连接半天没反应 | 连不上服务器一直等 | ETIMEDOUT on connect | connect times out after 60 seconds | connect timeout seconds | 连接超时 60 秒 | 连接超时多少秒 | connect 多久超时',
  'reset-or-broken-pipe':
    'write after peer closed | sigpipe | errno epipe | 往关闭的 socket 写 | 写数据报 broken pipe',
  'can-tcp-lose-data':
    'does write mean the peer received it | successful send means delivered | send returned but data not received | write 成功对方就收到了吗 | send 返回成功 | 发送成功不等于收到 | tcp 数据会丢吗 | does an ack mean that the application received it | does ack mean application got the data | send returns success but the peer never got it | ack 表示应用收到了吗',
  'nagle-delayed-ack':
    'small packets slow | 40 ms latency | disable nagle | 小包延迟 | 关闭 nagle | when to turn nagle off | nagle 什么时候关 | tcp cork | nagle 关闭 | small messages latency | latency of small writes | write write read | 小包合并',
  'wrap-paws':
    'sequence number overflow | 4 gb sequence | 序列号用完了怎么办 | 序列号溢出 | 32 bit sequence number | 4gb of sequence space | what happens after 4 gb | wraparound | 序列号 32 位',
  'slow-window':
    'slow upload large rtt | bandwidth delay product | 高延迟 吞吐低 | slow transfer no loss | throughput limited | window scale stripped | long fat pipe | 传输慢但不丢包 | 带宽跑不满 | 窗口扩大因子 | 窗口缩放 | throughput only 5 mbit | window size 65535 | 64 kb window | 吞吐上不去 | why is my transfer slow | download slow over long distance | 传输很慢 | 为什么传输很慢 | 上传很慢 | 下载慢',
  'zero-window':
    'reader too slow | application does not read | receive window zero | sender stuck window 0 | 接收方不读 | 接收方处理慢 | 接收窗口为零 | 窗口满了 | receive buffer is full | slow consumer | consumer too slow | backpressure tcp | 背压 | 消费者太慢',
  'dead-peer':
    'detect a dead connection | how long until a dead peer is noticed | heartbeat | 怎么知道对方掉线 | 检测断线 | 心跳 | 多久发现对方断了 | read blocks forever | recv hangs | recv never returns | read 一直阻塞 | recv 卡住 | how to know the peer disconnected | client disconnected detection | is the connection still alive | 如何判断对端断开 | 怎么判断连接断了 | 判断连接是否有效 | 检测对端断开 | 怎么检测客户端断开',
  'read-zero':
    'connection closed by remote host | closed by foreign host | connection closed by peer | end of file | 对端正常关闭 | 对方正常关闭 read | 连接被远程主机关闭',
  'close-unsent':
    'close while data is in the send buffer | does close flush | close 之后发送缓冲区的数据 | 关闭前数据发完了吗 | does close wait for the ack | does close block | is close synchronous | close 会等待吗 | close 会阻塞吗 | close 什么时候返回',
  'tcp-and-http': 'http over tcp | is http a transport protocol | http 和 tcp 的关系',
  'eleven-states':
    'states of the active closer | states of the passive closer | 主动关闭方经历哪些状态 | 被动关闭方的状态 | list of tcp states | tcp states in order | tcp 状态有几种 | 状态转换图 | which state comes after | order of tcp states | 状态 顺序 | 主动关闭的状态变化 | 连接状态有哪些',
  'half-things':
    'half-open vs half-closed | 半连接半打开半关闭 | 半开连接和半关闭 | why are there half open connections | 为什么会有半连接',
  'time-wait-how-long':
    'meaning of 2msl | what does msl stand for | can the 60 seconds be changed | value of msl | msl 是什么 | 2msl 是多少秒 | time_wait 时间能改吗 | time_wait 是几分钟 | how soon can a port be reused | when can i reuse the port | can i reuse a port immediately',
  'close-wait-or-time-wait':
    'close_wait vs time_wait | time_wait and close_wait | 哪个是 bug close_wait time_wait',
  'sticky-packets':
    'recv returns less than asked | read returns fewer bytes | short read | message framing | partial read | recv gets half a message | length prefix | 半包 | 粘包拆包 | 消息不完整 | 一次 recv 没收全 | 数据粘在一起 | how do i know where a message ends | where does a message end | end of message | 怎么知道消息结束',
  reliable:
    'how does tcp make sure data arrives | reliability mechanisms | tcp 可靠性 | 可靠传输怎么实现 | 确认和重传 | why does tcp not use negative ack | nak | 丢包会怎样 | 丢包了怎么办 | 否定确认 | how does tcp detect lost packets | how does tcp know a packet was lost | loss detection | recover lost packets | retransmission mechanism | 丢包如何检测 | 怎么知道丢包 | 重传机制 | tcp 重传机制',
  'two-generals': 'two armies | 两军问题 | 两个将军',
  'tcp-or-udp':
    'why does dns use udp | video call udp or tcp | game tcp or udp | quic vs tcp | dns 为什么用 udp | 什么时候用 udp | 直播用 tcp 还是 udp',
  'head-of-line':
    'hol blocking | http2 blocking one lost packet | 对头阻塞 | http2 队头阻塞 | http/2 over a lossy network | http2 packet loss | http2 丢包 | how many connections does http2 use | http2 用几个连接 | http2 几个 tcp 连接',
  'psh-urg': 'psh ack | push flag | urgent pointer | 紧急指针 | push 标志',
  checksum:
    'corrupted packet tcp | is the tcp checksum reliable | pseudo header | 伪首部 | 数据损坏 tcp | can tcp detect corruption | bit errors | 数据出错怎么发现',
  header:
    'tcp header size | how long is the tcp header | minimum header 20 bytes | tcp flags | 首部多少字节 | 报文头 20 字节 | 标志位有哪些 | 六个标志位 | data offset | reserved bits | what is the data offset field | 数据偏移 | 保留位',
  'seq-and-ack':
    'meaning of ack number | next expected byte | seq ack 怎么算 | 确认号是什么 | 序列号和确认号 | what if both ends have the same sequence number | are sequence numbers the same in both directions | do both sides have their own sequence number | relation of seq and ack | seq 和 ack 的关系 | 两端序列号一样吗',
  'sliding-window':
    'send window | how does the window move | receive window | 发送窗口 | 接收窗口 | 窗口怎么滑动 | how is the window size negotiated | who decides the window size | window size decided by | 窗口大小由谁决定 | 窗口怎么协商 | 窗口大小',
  'flow-or-congestion': 'receive window vs congestion window | rwnd cwnd | 接收窗口和拥塞窗口的区别',
  'congestion-control':
    'reno cubic bbr | which congestion control does linux use | 拥塞算法 | linux 默认拥塞控制 | bbr 原理',
  'slow-start':
    'initial congestion window | exponential growth cwnd | initcwnd | 初始拥塞窗口 | 慢开始 | 慢启动为什么叫慢 | why is cwnd small at the beginning | slow at the beginning | cwnd after idle',
  'congestion-avoidance':
    'linear growth | aimd | additive increase | 线性增长 | 加法增大 | packet loss effect on throughput | how does loss reduce throughput | mathis | 丢包对吞吐的影响',
  'silly-window': 'sws | tiny window updates | 小窗口',
  bufferbloat: 'latency under load | ping high while downloading | 下载时延迟高 | 缓冲区膨胀',
  rto: 'how is rtt measured | srtt rttvar | karn algorithm | exponential backoff | minimum rto | rtt 怎么测 | 指数退避 | 重传间隔 | 重传时间翻倍 | retransmission timeout too long | why is rto so long | rtt estimation | rtt 怎么估计 | rtt 估计 | rto initial value | first rto 1 second | minimum rto | rto 初始值 | rto 最小值 | 超时时间是多少',
  'fast-retransmit':
    'fast retransmit or timeout | 快速重传和超时重传 | three duplicate acks | 3 dup acks | 三个重复 ack | 冗余 ack | tcp fast retransmission in wireshark | fast retransmit and sack | 快重传',
  'fast-recovery': 'after fast retransmit | newreno | prr | 快速恢复',
  sack: 'selective acknowledgment | sack permitted | 选择性确认 | 选择确认',
  timestamps:
    'tsval tsecr | tcp_timestamps | 时间戳选项 | should i disable timestamps | timestamps security | timestamps reveal uptime | 时间戳 安全',
  'spurious-retransmission': 'needless retransmission | 不必要的重传 | 虚假重传',
  'ack-lost':
    'ack dropped is it retransmitted | are acks retransmitted | ack 丢失会重传吗 | 纯 ack 会重传吗 | do acks get acknowledged | is an ack acknowledged | is an ack retransmitted | pure ack | ack without data | cumulative ack | ack 需要确认吗 | ack 会被确认吗',
  'retransmission-rate':
    'retransmit percentage | check packet loss | how many retransmissions are normal | 重传多少算高 | 重传统计',
  'rst-or-fin': 'graceful close vs reset | fin 正常关闭 rst 异常关闭',
  'reset-by-peer':
    'who resets my connection | server resets connection | connection reset randomly | 连接被对方重置 | 偶发 connection reset | 连接突然断开 | connection reset during download | reset in the middle of a transfer | connection reset while uploading | 下载到一半 连接重置',
  'no-route': 'host unreachable | icmp unreachable | ping works but no route | 主机不可达',
  eaddrinuse:
    'port taken | kill process using port | which process uses a port | cannot bind port | 端口占用怎么查 | 端口被占用怎么办 | 重启报端口占用 | 启动失败端口',
  reuseport:
    'several processes listen on the same port | load balance with reuseport | 多进程监听同一端口 | 多个进程绑定同一端口',
  eaddrnotavail:
    'no free local ports | too many outgoing connections | local ports used up | 本地端口用完 | 端口不够 | 连接太多没端口',
  'idle-timeouts':
    'conntrack table full | connection drops after idle | idle connection closed | firewall idle timeout | session timeout tcp | conntrack timeout | database connection dies overnight | 空闲一段时间断开 | 长时间不用断开 | 隔一段时间断 | 连接池里的连接失效 | nat mapping expired | nat entry expired | kafka disconnects | connection drops every few minutes | keepalive through nat | does keepalive survive nat | docker connection reset after idle | reset after idle | 空闲连接会断吗 | idle connection dropped | connection closed after inactivity | websocket disconnects after 60 seconds | websocket 断线 | websocket 空闲断开',
  'mysql-gone-away':
    'communications link failure | wait_timeout mysql | the last packet successfully received from the server | 数据库连接断开 | stale connection in the pool | connection pool returns dead connection | 连接池里的连接断开 | 数据库连接池 断开',
  'nginx-502-504':
    'bad gateway | gateway time-out | upstream connection refused | no live upstreams | upstream closed connection | 499 client closed | 网关超时 | 网关错误',
  'wireshark-seq-1': 'sequence number 1 in capture | 抓包序列号为什么是 0 | 相对序号',
  'wireshark-dup-ack': 'many dup acks | 很多重复 ack | tcp fast retransmission wireshark',
  'wireshark-out-of-order':
    'packets out of order | reordering | is reordering bad | 乱序包 | 乱序有影响吗 | tcp previous segment | 乱序到达 | 乱序到达怎么处理',
  'wireshark-zero-window': 'window update | 抓包窗口为 0',
  'wireshark-unseen': 'segment not captured | 抓包丢包 | 没抓到前面的包',
  'wireshark-port-reused': 'same port again in capture | 端口号重用',
  'tcp-syn-retries':
    'connect timeout in linux default | retries of connect | 连接重试几次 | 握手重试次数 | connect 默认超时 | how many syn retries before giving up | syn retransmitted how many times | how long does connect wait | syn 发几次放弃',
  'tcp-synack-retries': 'how often is syn ack retransmitted | syn ack 重传多少次',
  somaxconn: 'limit of backlog | somaxconn backlog 关系',
  'tcp-retries2':
    'how long until a connection times out | 15 retries | 924 seconds | 已建立的连接重传多久 | 15 分钟超时 | ETIMEDOUT on write | etimedout on read | write timed out | write returns etimedout',
  'tcp-keepalive-sysctls': '7200 75 9 | keepalive two hours | keepalive 默认时间 | keepalive 默认多久',
  'tcp-fin-timeout': 'orphaned fin_wait_2 timeout | fin_timeout time_wait',
  'half-close':
    'send data after receiving fin | can the other side still send | 收到 fin 后还能发数据吗 | 半关闭还能收数据吗 | 第二次挥手和第三次挥手之间 | 第二次挥手第三次挥手之间能发数据吗 | between fin and fin can data be sent | use of half close | half close use cases | when is half close useful | 半关闭应用场景 | 半关闭有什么用',
  tfo: 'tcp fast open cookie | 0-rtt tcp | 0rtt | save a round trip handshake | send data without a handshake | skip the handshake | 不握手就发数据 | 省掉握手',
  'mtu-hole':
    'path mtu black hole | large packets are lost small ones work | icmp blocked mtu | vpn hangs on large data | ssh works but scp hangs | 大包不通小包通 | mtu 黑洞 | vpn 下大包卡住 | vpn tunnel stalls | tunnel hangs | large post hangs | git push hangs | git clone hangs | scp stalls | vpn 卡住',
  halfopen: 'server rebooted client does not know | 服务器重启客户端不知道',
  'tcp-tw-reuse': 'tw_reuse 默认',
  'unread-rst':
    'unread data in the receive buffer close rst | close with unread data sends rst | 有未读数据 close 发 rst | 缓冲区有数据 close',
  'delivered-twice':
    'what happens if a packet arrives twice | same segment received twice | duplicate packet | duplicated segment | 同一个包收到两次 | 重复的包 | 收到重复报文',
  close4:
    'how does tcp close a connection | steps of closing a connection | describe tcp connection termination | tcp 断开连接的过程 | 断开连接的过程 | 描述四次挥手 | 四次挥手过程',
  hs: 'describe the tcp handshake | how is a tcp connection established | steps of connection establishment | 建立连接的过程 | 描述三次握手 | 三次握手过程 | 连接是怎么建立的',
  'tcp-max-syn-backlog':
    'how large is the syn queue | syn queue length | syn queue size | syn 队列多大 | 半连接队列多大 | 半连接队列长度',
  acceptq: 'accept queue full what does the client see | backlog 满了客户端',
  'wireshark-keep-alive': 'keep-alive packets in capture | 抓包 keep-alive',
  'full-duplex': 'is tcp full duplex | both directions at once | 全双工',
  'is-port-open':
    'is the port reachable | port unreachable check | how to check connectivity to a port | nc -vz | 检查端口 | 端口是否开放 | is port 80 filtered | is the port blocked | port blocked by firewall | 端口被防火墙拦了吗',
  'blind-rst':
    'can someone else reset my connection | inject rst | tcp reset attack | 别人能断开我的连接吗 | rst 注入',
  'stale-listen':
    'old syn arrives late | delayed old syn | 历史连接 | 旧的 syn | 失效的连接请求 | 已失效的连接请求报文',
};
