import { describe, expect, it } from 'vitest';
import { icmpCode, icmpType } from './icmp-names.ts';

describe('names of ICMP messages', () => {
  it('mean their numbers in the version where they are known', () => {
    expect([icmpType(4, 'unreachable'), icmpType(6, 'unreachable')]).toEqual([3, 1]);
    expect([icmpType(4, 'packet_too_big'), icmpType(6, 'packet_too_big')]).toEqual([null, 2]);
    expect(icmpCode(4, 'unreachable', 'frag_needed')).toBe(4);
    expect(icmpCode(4, 'unreachable', 'packet_filtered')).toBe(13);
    expect(icmpCode(4, 'time_exceeded', 'ttl_exceeded_in_transit')).toBe(0);
    expect(icmpCode(6, 'unreachable', 'port_unreachable')).toBe(4);
    expect(icmpCode(6, 'unreachable', 'frag_needed')).toBeNull();
  });

  it('no code written is code 0', () => {
    expect(icmpCode(4, 'redirect', null)).toBe(0);
  });

  it('any octet can be named by number', () => {
    expect(icmpType(4, 'type_255')).toBe(255);
    expect(icmpType(4, 'type_256')).toBeNull();
    expect(icmpCode(6, 'echo_request', 'code_7')).toBe(7);
    expect(icmpCode(6, 'echo_request', 'code_x')).toBeNull();
  });

  it('names that objects have by nature mean nothing', () => {
    expect(icmpType(4, 'constructor')).toBeNull();
    expect(icmpCode(4, 'unreachable', 'toString')).toBeNull();
    expect(icmpCode(4, '__proto__', 'x')).toBeNull();
  });
});
