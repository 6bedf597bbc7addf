// A captured frame, and the interface that it was captured on, whatever the file's format. One Frame is filled again and
// again: copy what must outlive the call that brings it.

/** An interface of a capture (pcapng section 4.2), or the one interface of a pcap file. */
export interface CaptureInterface {
  /** Number in its section, from 0. */
  readonly id: number;
  /** LINKTYPE_… (www.tcpdump.org/linktypes.html). */
  readonly linkType: number;
  /** Octets kept of a packet; 0: all. */
  readonly snapLen: number;
  readonly name: string;
  readonly description: string;
  /** Packets that the operating system dropped before they were captured (pcapng isb_osdrop, isb_ifdrop); 0 if not told. */
  dropped: number;
}

/** One captured frame. */
export class Frame {
  /** As Wireshark counts: from 1 through the whole file. */
  number = 0;
  /** Time since 1970: whole seconds, and nanoseconds of the next. */
  seconds = 0;
  nanos = 0;
  /** The octets are `data[off … off + length)`. */
  data: Uint8Array = new Uint8Array(0);
  off = 0;
  length = 0;
  /** Octets that it had on the wire: more than `length` when a snap length cut it. */
  originalLength = 0;
  iface: CaptureInterface = NO_INTERFACE;
  /** As the interface saw it (epb_flags bits 0 and 1); '' when not told. */
  direction: 'in' | 'out' | '' = '';
  /** Comments (opt_comment); almost always none. */
  comments: readonly string[] = NO_COMMENTS;
  /** The process that the packet belongs to (epb_processid_threadid, or the process block of Darwin); 0 when not told. */
  process = 0;
}

const NO_COMMENTS: readonly string[] = [];

const NO_INTERFACE: CaptureInterface = {
  id: 0,
  linkType: 0,
  snapLen: 0,
  name: '',
  description: '',
  dropped: 0,
};

/** Gets each frame in the order of the file. The frame, and its octets, are the reader's. */
export type FrameSink = (frame: Frame) => void;

/** What a capture file, or several together, say beside their packets. */
export interface CaptureInfo {
  /** '' before it is known; of several, the first that is. */
  format: 'pcap' | 'pcapng' | '';
  /** Times have nanoseconds, not only microseconds. */
  nanoseconds: boolean;
  /** Of all sections. */
  readonly interfaces: CaptureInterface[];
  /** pcapng: section headers seen. */
  sections: number;
  /** Comments of sections and interfaces, the first hundred. */
  readonly comments: string[];
  /** Names of addresses (Name Resolution Block), the first ten thousand. */
  readonly names: Map<string, string>;
  /** Names of processes by id (the process block of Darwin), the first ten thousand. */
  readonly processes: Map<number, string>;
  /** Decryption Secrets Blocks: counted, never kept. */
  secrets: number;
  frames: number;
  /** Octets of the file. */
  octets: number;
}

/** An info in which nothing is known yet. */
export function emptyInfo(): CaptureInfo {
  return {
    format: '',
    nanoseconds: false,
    interfaces: [],
    sections: 0,
    comments: [],
    names: new Map(),
    processes: new Map(),
    secrets: 0,
    frames: 0,
    octets: 0,
  };
}

/** Bounds of what is kept in a {@link CaptureInfo}. */
export const MOST_COMMENTS = 100;
export const MOST_NAMES = 10_000;
export const MOST_INTERFACES = 65_536;

/** Adds what another file says. */
export function addInfo(
  to: CaptureInfo,
  { interfaces, comments, names, processes, ...of }: CaptureInfo,
): void {
  if (to.format === '') to.format = of.format;
  to.nanoseconds ||= of.nanoseconds;
  to.sections += of.sections;
  to.secrets += of.secrets;
  to.frames += of.frames;
  to.octets += of.octets;
  to.interfaces.push(...interfaces.slice(0, MOST_INTERFACES - to.interfaces.length));
  to.comments.push(...comments.slice(0, MOST_COMMENTS - to.comments.length));
  for (const [address, name] of names) if (to.names.size < MOST_NAMES) to.names.set(address, name);
  for (const [id, name] of processes) if (to.processes.size < MOST_NAMES) to.processes.set(id, name);
}
