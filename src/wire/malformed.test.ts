import { describe, expect, it } from 'vitest';
import { Malformed, malformedName } from './malformed.ts';

describe('result codes', () => {
  it('are counted from 0 without gaps, so that a code is the index of its name', () => {
    expect(Object.values(Malformed)).toEqual(Object.keys(Malformed).map((_, i) => i));
  });

  it('print as people write them', () => {
    expect(malformedName(Malformed.OK)).toBe('OK');
    expect(malformedName(Malformed.IPV4_HEADER_LENGTH)).toBe('IPv4 header length');
    expect(malformedName(Malformed.IP_VERSION)).toBe('IP version');
    expect(malformedName(Malformed.TCP_OPTION_LENGTH)).toBe('TCP option length');
    expect(malformedName(Malformed.TRUNCATED)).toBe('truncated');
    expect(malformedName(Malformed.ETHERNET_LENGTH_FIELD)).toBe('Ethernet length field');
    expect(malformedName(999)).toBe('unknown code 999');
  });
});
