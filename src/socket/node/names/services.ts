// Names of well-known ports (RFC 6335, the IANA registry): what getnameinfo says of them.

const SERVICES: Readonly<Record<number, string>> = {
  7: 'echo',
  9: 'discard',
  13: 'daytime',
  20: 'ftp-data',
  21: 'ftp',
  22: 'ssh',
  23: 'telnet',
  25: 'smtp',
  37: 'time',
  53: 'domain',
  67: 'bootps',
  68: 'bootpc',
  69: 'tftp',
  80: 'http',
  88: 'kerberos',
  110: 'pop3',
  119: 'nntp',
  123: 'ntp',
  143: 'imap2',
  161: 'snmp',
  179: 'bgp',
  389: 'ldap',
  443: 'https',
  465: 'submissions',
  514: 'syslog',
  546: 'dhcpv6-client',
  547: 'dhcpv6-server',
  587: 'submission',
  631: 'ipp',
  636: 'ldaps',
  853: 'domain-s',
  993: 'imaps',
  995: 'pop3s',
  1883: 'mqtt',
  3306: 'mysql',
  5353: 'mdns',
  5432: 'postgresql',
  8080: 'http-alt',
};

/** null: nobody in particular. */
export function serviceOf(port: number): string | null {
  return SERVICES[port] ?? null;
}
