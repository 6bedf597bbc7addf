// What to do about it in the words of a runtime: its calls, its settings.

import type { Text } from '../../lab/text/index.ts';
import type { Runtime } from './rule.ts';

type Advice = Readonly<Partial<Record<Runtime, Text>>>;

const notClosed: Advice = {
  node: {
    en: "Node: a socket made with allowHalfOpen: true does not close by itself: call socket.end() in 'end', and destroy() in 'error' and 'timeout'. socket.setTimeout(ms) needs a listener that destroys.",
    zh: "Node：用 allowHalfOpen: true 建的 socket 不会自己关闭：在 'end' 里调用 socket.end()，在 'error'、'timeout' 里 destroy()。socket.setTimeout(ms) 只触发事件，要自己销毁。",
  },
  java: {
    en: 'Java: try (var socket = …; var in = socket.getInputStream()); close responses of HttpClient, OkHttp and Apache (EntityUtils.consume, response.close()), on the path of exceptions, too.',
    zh: 'Java：用 try (var socket = …; var in = socket.getInputStream())；HttpClient、OkHttp、Apache 的响应要关闭（EntityUtils.consume、response.close()），异常路径也不例外。',
  },
  go: {
    en: 'Go: defer conn.Close() right after Dial or Accept; defer resp.Body.Close() after every http call without an error; a goroutine that leaves on io.EOF must close.',
    zh: 'Go：Dial 或 Accept 之后马上 defer conn.Close()；每次 http 调用无错后 defer resp.Body.Close()；遇到 io.EOF 退出的 goroutine 也要关闭。',
  },
  python: {
    en: 'Python: with socket.create_connection(…) as s; recv() that returns b"" is the end: leave the loop and close. asyncio: writer.close() and await writer.wait_closed() in finally; requests and aiohttp: with … as response.',
    zh: 'Python：with socket.create_connection(…) as s；recv() 返回 b"" 就是结尾：退出循环并关闭。asyncio：在 finally 里 writer.close() 并 await writer.wait_closed()；requests、aiohttp 用 with … as response。',
  },
  nginx: {
    en: 'nginx: a worker closes by itself; CLOSE-WAIT that stays is a worker that hangs (a slow disk: aio threads; a module that blocks) or an old one after reload: worker_shutdown_timeout.',
    zh: 'nginx：worker 会自己关闭；一直停在 CLOSE-WAIT，是 worker 卡住了（磁盘慢：用 aio threads；模块阻塞），或 reload 后的旧 worker：设 worker_shutdown_timeout。',
  },
  haproxy: {
    en: 'HAProxy: it closes by itself; CLOSE-WAIT that stays is the other half of a session that still lives: timeout client-fin and server-fin (seconds), timeout tunnel for WebSockets, option abortonclose for requests that wait in a queue.',
    zh: 'HAProxy：它会自己关闭；一直停在 CLOSE-WAIT 的是另一半还活着的会话：设 timeout client-fin、server-fin（几秒），WebSocket 用 timeout tunnel，排队中的请求用 option abortonclose。',
  },
};

const endUnread: Advice = {
  node: {
    en: "Node: a paused stream never sees its end: response.resume() where the body is not wanted, and 'data' or a pipe elsewhere. Pools: new http.Agent({ keepAlive: true, timeout }), with timeout below the server’s keepAliveTimeout; agent.destroy() at the end.",
    zh: "Node：暂停的流看不到结尾：不要响应体时调用 response.resume()，否则监听 'data' 或 pipe。连接池：new http.Agent({ keepAlive: true, timeout })，timeout 短于服务器的 keepAliveTimeout；用完 agent.destroy()。",
  },
  java: {
    en: 'Java: an idle pool: Apache evictIdleConnections and setValidateAfterInactivity, OkHttp ConnectionPool(5, 30, SECONDS), HikariCP maxLifetime below the database’s timeout, -Djdk.httpclient.keepalive.timeout=30.',
    zh: 'Java：空闲连接池：Apache 的 evictIdleConnections 和 setValidateAfterInactivity，OkHttp ConnectionPool(5, 30, SECONDS)，HikariCP 的 maxLifetime 短于数据库超时，-Djdk.httpclient.keepalive.timeout=30。',
  },
  go: {
    en: 'Go: http.Transport.IdleConnTimeout below the server’s; sql.DB.SetConnMaxIdleTime; a connection of your own: one goroutine that always reads sees the end.',
    zh: 'Go：http.Transport.IdleConnTimeout 短于服务器；sql.DB.SetConnMaxIdleTime；自管的连接要有一个一直在读的 goroutine，才能看到结尾。',
  },
  python: {
    en: 'Python: pool_recycle and pool_pre_ping (SQLAlchemy), keepalive_expiry (httpx), close() of requests.Session; a thread pool that is used up reads nobody: look at its queue.',
    zh: 'Python：SQLAlchemy 用 pool_recycle 和 pool_pre_ping，httpx 用 keepalive_expiry，requests.Session 要 close()；线程池耗尽时谁也不会去读：看它的队列。',
  },
  nginx: {
    en: 'nginx: keepalive_timeout in upstream {} below that of the servers behind; a worker that does not read at all hangs: its stack (gdb -p PID).',
    zh: 'nginx：upstream {} 里的 keepalive_timeout 要短于后端；worker 完全不读就是卡住了：看它的栈（gdb -p PID）。',
  },
  haproxy: {
    en: 'HAProxy: idle connections to servers: pool-purge-delay below the servers’ idle timeout, http-reuse safe; to clients: timeout http-keep-alive.',
    zh: 'HAProxy：到后端的空闲连接用 pool-purge-delay（短于后端的空闲超时）和 http-reuse safe；到客户端的用 timeout http-keep-alive。',
  },
};

const dataUnread: Advice = {
  node: {
    en: 'Node: the event loop stands still (node --cpu-prof, perf_hooks.monitorEventLoopDelay) or a stream was paused and never resumed: response.resume(), for await … of socket, or socket.destroy().',
    zh: 'Node：事件循环停住（node --cpu-prof、perf_hooks.monitorEventLoopDelay），或流暂停后再没恢复：response.resume()、for await … of socket，或 socket.destroy()。',
  },
  java: {
    en: 'Java: jstack PID: which threads should read? A pool that is used up or a lock; setSoTimeout on every socket; drain a response before you close it.',
    zh: 'Java：jstack PID：哪些线程该读？线程池耗尽或在等锁；每个 socket 设 setSoTimeout；关闭响应前先读完。',
  },
  go: {
    en: 'Go: kill -QUIT PID (or pprof/goroutine) shows which goroutine should read; conn.SetReadDeadline; io.Copy(io.Discard, resp.Body) before Close.',
    zh: 'Go：kill -QUIT PID（或 pprof/goroutine）看该读的 goroutine 在哪；conn.SetReadDeadline；Close 之前 io.Copy(io.Discard, resp.Body)。',
  },
  python: {
    en: 'Python: py-spy dump --pid PID: a worker that blocks, or an asyncio loop that a plain call stops (PYTHONASYNCIODEBUG=1); settimeout() on every socket.',
    zh: 'Python：py-spy dump --pid PID：worker 阻塞，或普通调用卡住了 asyncio 循环（PYTHONASYNCIODEBUG=1）；每个 socket 设 settimeout()。',
  },
  nginx: {
    en: 'nginx: a worker that does not read hangs: gdb -p PID, its error log, and worker_processes against the cores; disks: aio threads.',
    zh: 'nginx：worker 不读就是卡住了：gdb -p PID、错误日志、worker_processes 与核数；磁盘慢用 aio threads。',
  },
};

const acceptQueue: Advice = {
  node: {
    en: 'Node: server.listen({ port, backlog: 4096 }) (511 without), and no synchronous work in the main thread: monitorEventLoopDelay shows it; cluster or SO_REUSEPORT (reusePort: true) for more cores.',
    zh: 'Node：server.listen({ port, backlog: 4096 })（默认 511）；主线程不做同步的重活：monitorEventLoopDelay 可见；多核用 cluster 或 SO_REUSEPORT（reusePort: true）。',
  },
  java: {
    en: 'Java: new ServerSocket(port, 4096) (50 without); Tomcat acceptCount (100), Jetty acceptQueueSize, Netty SO_BACKLOG; and look whether maxConnections holds accept() back.',
    zh: 'Java：new ServerSocket(port, 4096)（默认 50）；Tomcat acceptCount（默认 100）、Jetty acceptQueueSize、Netty SO_BACKLOG；再看是不是 maxConnections 让它不再 accept()。',
  },
  go: {
    en: 'Go: net.Listen takes somaxconn; accept in a loop that does nothing else, and start a goroutine for each connection; a LimitListener holds accept() back.',
    zh: 'Go：net.Listen 用的就是 somaxconn；accept 循环里不做别的，每个连接起一个 goroutine；LimitListener 会让它不再 accept()。',
  },
  python: {
    en: 'Python: listen(4096); gunicorn --backlog 2048 and more workers, uvicorn --backlog; socketserver’s request_queue_size is 5; a blocking call in an async worker stops accept().',
    zh: 'Python：listen(4096)；gunicorn --backlog 2048 并增加 worker，uvicorn --backlog；socketserver 的 request_queue_size 默认只有 5；异步 worker 里的阻塞调用会停住 accept()。',
  },
  nginx: {
    en: 'nginx: listen 80 backlog=4096 (511 without) and net.core.somaxconn as high; listen … reuseport; worker_connections that are used up hold accept() back.',
    zh: 'nginx：listen 80 backlog=4096（默认 511），net.core.somaxconn 同样调高；listen … reuseport；worker_connections 用完时不再 accept()。',
  },
  haproxy: {
    en: 'HAProxy: at maxconn (global, or of the frontend) it stops accept(): “show info” on its socket has CurrConns beside Maxconn; raise it, bound the servers instead (server … maxconn), and bind … backlog 4096 (without, it is maxconn).',
    zh: 'HAProxy：达到 maxconn（global 或 frontend 的）就不再 accept()：管理套接字上 show info 可看到 CurrConns 和 Maxconn；调大它，改在 server … maxconn 处限制，并设 bind … backlog 4096（默认等于 maxconn）。',
  },
};

const timeouts: Advice = {
  node: {
    en: 'Node: net.connect and http have no timeout of their own: signal: AbortSignal.timeout(3000), or socket.setTimeout with destroy(); undici and fetch: connect: { timeout } (10 s).',
    zh: 'Node：net.connect 和 http 自身没有连接超时：用 signal: AbortSignal.timeout(3000)，或 socket.setTimeout 加 destroy()；undici、fetch：connect: { timeout }（默认 10 秒）。',
  },
  java: {
    en: 'Java: socket.connect(address, 3000); HttpClient.newBuilder().connectTimeout(…); JDBC connectTimeout in the URL. Without them it takes tcp_syn_retries: over two minutes.',
    zh: 'Java：socket.connect(address, 3000)；HttpClient.newBuilder().connectTimeout(…)；JDBC URL 里的 connectTimeout。否则要等 tcp_syn_retries 用完：两分钟以上。',
  },
  go: {
    en: 'Go: net.Dialer{Timeout: 3 * time.Second}, in http.Transport.DialContext, too; a context with a deadline for every call.',
    zh: 'Go：net.Dialer{Timeout: 3 * time.Second}，http.Transport.DialContext 里同样；每次调用都带有期限的 context。',
  },
  python: {
    en: 'Python: socket.create_connection(address, timeout=3); requests.get(url, timeout=(3, 30)): without it requests waits for ever.',
    zh: 'Python：socket.create_connection(address, timeout=3)；requests.get(url, timeout=(3, 30))：不设则 requests 一直等下去。',
  },
  nginx: {
    en: 'nginx: proxy_connect_timeout 3s (60 s without), and proxy_next_upstream so that another server is asked.',
    zh: 'nginx：proxy_connect_timeout 3s（默认 60 秒），并用 proxy_next_upstream 换一台后端。',
  },
  haproxy: {
    en: 'HAProxy: timeout connect 3s, retries 2 and option redispatch, so that another server is asked; check on every server takes dead ones out.',
    zh: 'HAProxy：timeout connect 3s、retries 2 加 option redispatch 换一台后端；每个 server 加 check，把死的摘除。',
  },
};

const peerGone: Advice = {
  node: {
    en: 'Node: socket.setKeepAlive(true, 60000) for idle ones, a timeout with destroy() for those that wait; TCP_USER_TIMEOUT is not offered.',
    zh: 'Node：空闲连接 socket.setKeepAlive(true, 60000)；等待中的连接设超时并 destroy()；Node 不提供 TCP_USER_TIMEOUT。',
  },
  java: {
    en: 'Java: setSoTimeout; ExtendedSocketOptions.TCP_KEEPIDLE, KEEPINTERVAL, KEEPCOUNT; Netty EpollChannelOption.TCP_USER_TIMEOUT; socketTimeout of JDBC.',
    zh: 'Java：setSoTimeout；ExtendedSocketOptions.TCP_KEEPIDLE、KEEPINTERVAL、KEEPCOUNT；Netty 的 EpollChannelOption.TCP_USER_TIMEOUT；JDBC 的 socketTimeout。',
  },
  go: {
    en: 'Go: conn.SetDeadline; net.KeepAliveConfig (15 s by default); TCP_USER_TIMEOUT by unix.SetsockoptInt in Dialer.Control.',
    zh: 'Go：conn.SetDeadline；net.KeepAliveConfig（默认 15 秒）；在 Dialer.Control 里用 unix.SetsockoptInt 设 TCP_USER_TIMEOUT。',
  },
  python: {
    en: 'Python: s.setsockopt(IPPROTO_TCP, TCP_USER_TIMEOUT, 30000); SO_KEEPALIVE with TCP_KEEPIDLE; settimeout(). psycopg: tcp_user_timeout, keepalives_idle.',
    zh: 'Python：s.setsockopt(IPPROTO_TCP, TCP_USER_TIMEOUT, 30000)；SO_KEEPALIVE 加 TCP_KEEPIDLE；settimeout()。psycopg：tcp_user_timeout、keepalives_idle。',
  },
  nginx: {
    en: 'nginx: proxy_read_timeout and send_timeout; listen … so_keepalive=60s:10s:3; proxy_socket_keepalive on.',
    zh: 'nginx：proxy_read_timeout、send_timeout；listen … so_keepalive=60s:10s:3；proxy_socket_keepalive on。',
  },
  haproxy: {
    en: 'HAProxy: tcp-ut 30s on bind and on default-server (TCP_USER_TIMEOUT); option clitcpka and srvtcpka; timeout client and server.',
    zh: 'HAProxy：bind 和 default-server 上设 tcp-ut 30s（TCP_USER_TIMEOUT）；option clitcpka、srvtcpka；timeout client、server。',
  },
};

const ports: Advice = {
  node: {
    en: 'Node: one http.Agent({ keepAlive: true, maxSockets }) for all requests (fetch has a pool already); every new Agent has its own.',
    zh: 'Node：所有请求共用一个 http.Agent({ keepAlive: true, maxSockets })（fetch 自带连接池）；每新建一个 Agent 就多一个池。',
  },
  java: {
    en: 'Java: one HttpClient for the whole program, not one for a request; read bodies to their end, or the connection is not used again.',
    zh: 'Java：整个程序共用一个 HttpClient，不要每个请求新建；响应体要读完，否则连接不能复用。',
  },
  go: {
    en: 'Go: http.Transport.MaxIdleConnsPerHost is 2: raise it to your concurrency; read the body to its end and close it; one http.Client.',
    zh: 'Go：http.Transport.MaxIdleConnsPerHost 默认只有 2：调到并发数；响应体读完并关闭；共用一个 http.Client。',
  },
  python: {
    en: 'Python: requests.Session() or httpx.Client() kept, with pool_maxsize; requests.get() opens a connection every time.',
    zh: 'Python：保留一个 requests.Session() 或 httpx.Client()，设好 pool_maxsize；requests.get() 每次都新建连接。',
  },
  nginx: {
    en: 'nginx: keepalive 64 in upstream {}, proxy_http_version 1.1 and proxy_set_header Connection ""; or more source addresses by proxy_bind.',
    zh: 'nginx：upstream {} 里 keepalive 64，配 proxy_http_version 1.1 和 proxy_set_header Connection ""；或用 proxy_bind 增加源地址。',
  },
  haproxy: {
    en: 'HAProxy: http-reuse safe keeps connections to servers; more addresses: two server lines with different source.',
    zh: 'HAProxy：http-reuse safe 复用到后端的连接；更多地址：写两行 server，各用不同的 source。',
  },
};

const writing: Advice = {
  node: {
    en: "Node: heed write() === false and wait for 'drain' (pipeline does); bound socket.writableLength; destroy() after a timeout.",
    zh: "Node：write() 返回 false 时等 'drain'（pipeline 会这样做）；限制 socket.writableLength；超时后 destroy()。",
  },
  java: {
    en: 'Java: a blocking write has no timeout: close from a watchdog; Netty: WriteBufferWaterMark and isWritable(), WriteTimeoutHandler.',
    zh: 'Java：阻塞写没有超时：由看门狗关闭；Netty：WriteBufferWaterMark、isWritable() 和 WriteTimeoutHandler。',
  },
  go: {
    en: 'Go: conn.SetWriteDeadline before every write; http.Server.WriteTimeout.',
    zh: 'Go：每次写之前 conn.SetWriteDeadline；http.Server.WriteTimeout。',
  },
  python: {
    en: 'Python: await writer.drain() after write(); settimeout() for sendall(); bound the queue before it.',
    zh: 'Python：write() 之后 await writer.drain()；sendall() 用 settimeout()；之前的队列要有界。',
  },
  nginx: {
    en: 'nginx: send_timeout (60 s between two writes), reset_timedout_connection on; limit_rate does not help here.',
    zh: 'nginx：send_timeout（两次写之间默认 60 秒），reset_timedout_connection on；limit_rate 在这里没用。',
  },
  haproxy: {
    en: 'HAProxy: timeout client and timeout server end what does not move; it holds no more than tune.bufsize of each direction itself.',
    zh: 'HAProxy：timeout client、timeout server 会结束没有进展的连接；它自己每个方向最多只占 tune.bufsize。',
  },
};

/** By the id of a rule. */
export const runtimeAdvice: Readonly<Record<string, Advice>> = {
  'cw-not-closed': notClosed,
  'cw-end-unread': endUnread,
  'cw-data-unread': dataUnread,
  'cw-not-accepted': acceptQueue,
  'not-reading': dataUnread,
  'accept-queue-full': acceptQueue,
  'accept-stalled': acceptQueue,
  'syn-unanswered': timeouts,
  'peer-gone': peerGone,
  'path-drops': peerGone,
  'idle-no-keepalive': peerGone,
  'ports-exhausted': ports,
  'peer-not-reading': writing,
  'fin-wait-2-held': notClosed,
};

/** The runtime of a program, by its name. */
export function runtimeOfName(name: string): Runtime | null {
  if (/^(?:node|nodejs|MainThread|npm|pm2|bun|deno)\b/.test(name)) return 'node';
  if (/^(?:java|tomcat|jetty|jsvc)\b/.test(name)) return 'java';
  if (/^(?:python|gunicorn|uvicorn|uwsgi|celery|pypy)/.test(name)) return 'python';
  if (/^(?:nginx|openresty|tengine)/.test(name)) return 'nginx';
  if (/^haproxy/.test(name)) return 'haproxy';
  return null;
}
