// Names of ICMP types and codes in scripts, and their numbers (RFC 792, RFC 1812 section 5.2.7.1,
// RFC 4443). `type_N` and `code_N` name any number.

/** Type by name, with the names of its codes. */
type Names = Readonly<
  Record<string, { readonly type: number; readonly codes?: Readonly<Record<string, number>> }>
>;

const V4: Names = {
  echo_reply: { type: 0 },
  unreachable: {
    type: 3,
    codes: {
      net_unreachable: 0,
      host_unreachable: 1,
      protocol_unreachable: 2,
      port_unreachable: 3,
      frag_needed: 4,
      source_route_failed: 5,
      net_unknown: 6,
      host_unknown: 7,
      source_host_isolated: 8,
      net_prohibited: 9,
      host_prohibited: 10,
      net_unreachable_for_tos: 11,
      host_unreachable_for_tos: 12,
      packet_filtered: 13,
      precedence_violation: 14,
      precedence_cutoff: 15,
    },
  },
  source_quench: { type: 4 },
  redirect: { type: 5 },
  echo_request: { type: 8 },
  time_exceeded: { type: 11, codes: { ttl_exceeded_in_transit: 0, frag_reass_exceeded: 1 } },
  parameter_problem: { type: 12 },
  timestamp_request: { type: 13 },
  timestamp_reply: { type: 14 },
  information_request: { type: 15 },
  information_reply: { type: 16 },
  address_mask_request: { type: 17 },
  address_mask_reply: { type: 18 },
};

const V6: Names = {
  unreachable: {
    type: 1,
    codes: {
      net_unreachable: 0,
      no_route: 0,
      admin_prohibited: 1,
      not_neighbour: 2,
      address_unreachable: 3,
      port_unreachable: 4,
    },
  },
  packet_too_big: { type: 2 },
  time_exceeded: { type: 3, codes: { exceeded_hop_limit: 0, exceeded_frag_time: 1 } },
  parameter_problem: { type: 4, codes: { header_field: 0, unknown_next_header: 1, unknown_option: 2 } },
  echo_request: { type: 128 },
  echo_reply: { type: 129 },
};

/** What follows `prefix` in `name` as a number of one octet, or null. */
function numbered(name: string, prefix: string): number | null {
  if (!name.startsWith(prefix) || !/^[0-9]{1,3}$/.test(name.slice(prefix.length))) return null;
  const value = Number(name.slice(prefix.length));
  return value > 255 ? null : value;
}

function own<T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}

/** The type octet that `name` means in ICMP for IPv4 or IPv6, or null when it means nothing there. */
export function icmpType(version: 4 | 6, name: string): number | null {
  return own(version === 4 ? V4 : V6, name)?.type ?? numbered(name, 'type_');
}

/** The code octet that `code` (null: none written) means under `type`, or null when it means nothing. */
export function icmpCode(version: 4 | 6, type: string, code: string | null): number | null {
  if (code === null) return 0;
  return own(own(version === 4 ? V4 : V6, type)?.codes, code) ?? numbered(code, 'code_');
}
