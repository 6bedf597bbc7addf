/*
 * lwIP beside ours: two interfaces of one lwIP hand each other packets, which wait in a queue and are copied nowhere else than
 * lwIP does it, both checksums computed and verified. Timers go with virtual time. Built by bench/peers.ts with the
 * machine's own liblwip (Debian: liblwip-dev), through lwIP's raw API, in one thread.
 *
 *   lwip bulk OCTETS          {"gbps":…,"nsPerSegment":…}   of processor time
 *   lwip churn CONNECTIONS    {"perSecond":…}
 */
#include <lwip/init.h>
#include <lwip/ip4.h>
#include <lwip/netif.h>
#include <lwip/pbuf.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define QUEUE 65536
#define CHUNK 32768
/* lwIP's slow timer is due each 500 ms, and a connection is 2 MSL (120 s) in TIME-WAIT: one tick for four leaves about a thousand
 * records, as many as ours has at the same time. */
#define CONNECTIONS_OF_A_TICK 4

static struct netif ends[2];
static struct pbuf *queue[2][QUEUE];
static unsigned head[2], tail[2];
static unsigned long long segments;

static void fail(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

/* A packet leaves: a copy of its own waits for the other end, as a link would have it. */
static err_t leaves(struct netif *from, struct pbuf *p, const ip4_addr_t *to) {
  unsigned way = from == &ends[0] ? 0 : 1;
  struct pbuf *copy = pbuf_alloc(PBUF_RAW, p->tot_len, PBUF_RAM);
  (void)to;
  if (copy == NULL || tail[way] - head[way] == QUEUE) fail("no room for a packet");
  if (pbuf_copy(copy, p) != ERR_OK) fail("pbuf_copy");
  queue[way][tail[way]++ % QUEUE] = copy;
  return ERR_OK;
}

static err_t begins(struct netif *netif) {
  netif->output = leaves;
  netif->mtu = 1500;
  netif->flags |= NETIF_FLAG_LINK_UP;
  return ERR_OK;
}

/* Hands packets over until there are none; how many there were. */
static unsigned exchange(void) {
  unsigned total = 0, n;
  do {
    n = 0;
    for (unsigned way = 0; way < 2; way++) {
      unsigned end = tail[way];
      for (; head[way] != end; n++) {
        struct pbuf *p = queue[way][head[way]++ % QUEUE];
        if (ends[1 - way].input(p, &ends[1 - way]) != ERR_OK) pbuf_free(p);
      }
    }
    total += n;
  } while (n > 0);
  return total;
}

static double cpu_us(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 + u.ru_utime.tv_usec + u.ru_stime.tv_usec;
}

static struct tcp_pcb *bound(unsigned end, unsigned port) {
  struct tcp_pcb *pcb = tcp_new();
  if (pcb == NULL) fail("tcp_new");
  tcp_bind_netif(pcb, &ends[end]);
  if (port != 0 && tcp_bind(pcb, netif_ip_addr4(&ends[end]), port) != ERR_OK) fail("tcp_bind");
  return pcb;
}

/* bulk */

static unsigned char chunk[CHUNK], sink[CHUNK];
static unsigned long long received;

static err_t takes(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err) {
  (void)arg, (void)err;
  if (p == NULL) return ERR_OK;
  for (unsigned at = 0; at < p->tot_len;) at += pbuf_copy_partial(p, sink, sizeof sink, at);
  received += p->tot_len;
  segments++;
  tcp_recved(pcb, p->tot_len);
  pbuf_free(p);
  return ERR_OK;
}

static err_t accepts_bulk(void *arg, struct tcp_pcb *pcb, err_t err) {
  (void)arg, (void)err;
  tcp_recv(pcb, takes);
  return ERR_OK;
}

static void move(struct tcp_pcb *from, unsigned long long octets) {
  unsigned long long end = received + octets;
  while (received < end) {
    u16_t room;
    while ((room = LWIP_MIN(tcp_sndbuf(from), CHUNK)) > 0 && tcp_write(from, chunk, room, TCP_WRITE_FLAG_COPY) == ERR_OK);
    tcp_output(from);
    if (exchange() == 0) tcp_tmr();
  }
}

static void bulk(unsigned long long octets) {
  struct tcp_pcb *listener = tcp_listen(bound(1, 80)), *from = bound(0, 0);
  for (unsigned i = 0; i < CHUNK; i++) chunk[i] = (i * 2654435761u) >> 13;
  tcp_accept(listener, accepts_bulk);
  if (tcp_connect(from, netif_ip_addr4(&ends[1]), 80, NULL) != ERR_OK) fail("tcp_connect");
  exchange();
  if (from->state != ESTABLISHED) fail("no connection");
  move(from, octets / 5);
  unsigned long long moved = received, counted = segments;
  double before = cpu_us();
  move(from, octets);
  double us = cpu_us() - before;
  printf("{\"gbps\":%.4f,\"nsPerSegment\":%.2f}\n", (received - moved) * 8 / us / 1000, us * 1000 / (segments - counted));
}

/* churn */

static unsigned long long closed;

static err_t ends_too(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err) {
  (void)arg, (void)err;
  if (p != NULL) {
    pbuf_free(p);
    return ERR_OK;
  }
  closed++;
  return tcp_close(pcb);
}

static err_t accepts_churn(void *arg, struct tcp_pcb *pcb, err_t err) {
  (void)arg, (void)err;
  tcp_recv(pcb, ends_too);
  return ERR_OK;
}

static err_t closes(void *arg, struct tcp_pcb *pcb, err_t err) {
  (void)arg, (void)err;
  return tcp_close(pcb);
}

static void connections(unsigned n) {
  unsigned long long end = closed + n;
  for (unsigned i = 0; i < n; i++) {
    if (tcp_connect(bound(0, 0), netif_ip_addr4(&ends[1]), 80, closes) != ERR_OK) fail("tcp_connect");
    exchange();
    if (i % CONNECTIONS_OF_A_TICK == 0) tcp_slowtmr();
    tcp_fasttmr();
    exchange();
  }
  if (closed != end) fail("a connection did not end");
}

static void churn(unsigned n) {
  tcp_accept(tcp_listen(bound(1, 80)), accepts_churn);
  connections(n / 5);
  double before = cpu_us();
  connections(n);
  printf("{\"perSecond\":%.1f}\n", n / (cpu_us() - before) * 1e6);
}

int main(int argc, char **argv) {
  ip4_addr_t address, mask, none;
  if (argc != 3) fail("lwip bulk OCTETS | churn CONNECTIONS");
  lwip_init();
  IP4_ADDR(&mask, 255, 255, 255, 0);
  IP4_ADDR(&none, 0, 0, 0, 0);
  for (unsigned i = 0; i < 2; i++) {
    IP4_ADDR(&address, 10, 0, i, 1);
    if (netif_add(&ends[i], &address, &mask, &none, NULL, begins, ip4_input) == NULL) fail("netif_add");
    netif_set_up(&ends[i]);
  }
  netif_set_default(&ends[0]);
  if (strcmp(argv[1], "bulk") == 0) bulk(strtoull(argv[2], NULL, 10));
  else churn(strtoul(argv[2], NULL, 10));
  return 0;
}
