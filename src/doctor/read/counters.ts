// Counters and settings: the text of nstat(8), /proc/net/snmp, /proc/net/netstat, /proc/net/sockstat and sysctl(8).

/** What lines have told so far. */
export class CounterReader {
  readonly counters: Map<string, number> = new Map();
  readonly settings: Map<string, readonly number[]> = new Map();
  /** The names of a pair of lines of /proc/net/netstat. */
  #names: readonly string[] = [];

  /** Whether the line is one of these. */
  line(line: string): boolean {
    return (
      this.#nstat(line) ||
      this.#sysctl(line) ||
      this.#sockstat(line) ||
      this.#pair(line) ||
      line === '#kernel'
    );
  }

  /** `TcpExtListenOverflows           8                  0.0` */
  #nstat(line: string): boolean {
    const found = /^([A-Z][A-Za-z0-9]+)\s+(\d+)(?:\s+[\d.]+)?\s*$/.exec(line);
    if (found === null) return false;
    this.counters.set(found[1] as string, Number(found[2]));
    return true;
  }

  /** `net.ipv4.ip_local_port_range = 32768	60999` */
  #sysctl(line: string): boolean {
    const found = /^(net\.[\w.-]+) ?= ?(-?\d[\d\s-]*)$/.exec(line);
    if (found === null) return false;
    const [, name = '', values = ''] = found;
    this.settings.set(name, values.trim().split(/\s+/).map(Number));
    return true;
  }

  /** `TCP: inuse 5 orphan 0 tw 2 alloc 7 mem 1` */
  #sockstat(line: string): boolean {
    if (!/^(?:TCP6?|UDP6?|UDPLITE6?|RAW6?|FRAG6?|sockets): (?:inuse|used) \d/.test(line)) return false;
    if (!line.startsWith('TCP: ')) return true;
    const words = line.slice(5).trim().split(' ');
    for (let n = 0; n + 1 < words.length; n += 2)
      this.counters.set(`sockstat.${words[n]}`, Number(words[n + 1]));
    return true;
  }

  /** `TcpExt: SyncookiesSent SyncookiesRecv …`, then `TcpExt: 0 0 …`. */
  #pair(line: string): boolean {
    const colon = line.indexOf(': ');
    if (colon <= 0 || !/^[A-Z]\w*$/.test(line.slice(0, colon))) return false;
    const words = line.trim().split(' ');
    const group = line.slice(0, colon);
    if (/^-?\d+$/.test(words[1] ?? '')) {
      if (this.#names[0] !== words[0] || this.#names.length !== words.length) return false;
      for (let n = 1; n < words.length; n++) this.counters.set(`${group}${this.#names[n]}`, Number(words[n]));
    } else this.#names = words;
    return true;
  }
}
