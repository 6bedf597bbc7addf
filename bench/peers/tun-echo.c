/*
 * Answers ICMP echo requests on a TUN interface and does nothing else: what a round trip through TUN costs on a machine before
 * there is a stack. Built by bench/tun/bare.ts with the machine's C compiler.
 *
 *   tun-echo NAME sleep   waits in epoll
 *   tun-echo NAME poll    reads again and again
 */
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define IP_HEADER 20
#define ICMP_HEADER 8
#define ICMP 1
#define ECHO_REQUEST 8

/* RFC 792: "the source and destination addresses are simply reversed, the type code changed to 0, and the checksum recomputed". */
static void answer(unsigned char *packet)
{
	unsigned char source[4];
	memcpy(source, packet + 12, 4);
	memcpy(packet + 12, packet + 16, 4);
	memcpy(packet + 16, source, 4);
	packet[IP_HEADER] = 0;
	/* RFC 1624: what the type takes from the sum is added to its complement. */
	unsigned sum = (packet[IP_HEADER + 2] << 8 | packet[IP_HEADER + 3]) + (ECHO_REQUEST << 8);
	sum = (sum & 0xffff) + (sum >> 16);
	packet[IP_HEADER + 2] = sum >> 8;
	packet[IP_HEADER + 3] = sum;
}

int main(int argc, char **argv)
{
	static unsigned char packet[65536];
	if (argc != 3)
		return 2;
	struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
	strncpy(request.ifr_name, argv[1], IFNAMSIZ - 1);
	int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
	if (tun < 0 || ioctl(tun, TUNSETIFF, &request) < 0) {
		perror("/dev/net/tun");
		return 1;
	}
	int sleeps = strcmp(argv[2], "sleep") == 0;
	int epoll = epoll_create1(0);
	struct epoll_event event = {.events = EPOLLIN};
	epoll_ctl(epoll, EPOLL_CTL_ADD, tun, &event);
	puts("ready");
	fflush(stdout);
	for (;;) {
		if (sleeps)
			epoll_wait(epoll, &event, 1, -1);
		ssize_t length;
		while ((length = read(tun, packet, sizeof packet)) > 0) {
			if (length < IP_HEADER + ICMP_HEADER || packet[0] != 0x45 || packet[9] != ICMP || packet[IP_HEADER] != ECHO_REQUEST)
				continue;
			answer(packet);
			if (write(tun, packet, length) < 0)
				perror("write");
		}
	}
}
