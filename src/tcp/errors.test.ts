import { describe, expect, it } from 'vitest';
import { DROP_COUNT, Drop, dropName } from './drop.ts';
import { Err, errCode, TcpError, tcpError, timeoutError } from './errors.ts';
import { STATES } from './segment-arrives/testing.ts';
import { State, stateName } from './tcb/state.ts';

describe('errors', () => {
  it('every number of Err has a code that Node’s users know and a message', () => {
    for (const [name, err] of Object.entries(Err)) {
      const error = tcpError(err);
      expect([name, error instanceof TcpError, 'syscall' in error]).toEqual([name, true, false]);
      expect(error.message).toMatch(new RegExp(`^${error.code}: [a-z][a-z’'():,. TCPOEN]{7,}$`));
      expect(errCode(err)).toMatch(/^(OK|E[A-Z]+)$/);
    }
    expect(Object.values(Err)).toEqual(Object.values(Err).map((_, i) => i));
  });

  it('the RFC’s strings have their codes', () => {
    expect([Err.REFUSED, Err.RESET, Err.TIMED_OUT, Err.CLOSING, Err.NOT_CONNECTED].map(errCode)).toEqual([
      'ECONNREFUSED',
      'ECONNRESET',
      'ETIMEDOUT',
      'EPIPE',
      'ENOTCONN',
    ]);
  });

  it('names the call and the detail, as Node does', () => {
    const error = tcpError(Err.REFUSED, 'connect', '10.0.0.1:80');
    expect([error.code, error.syscall, error.name]).toEqual(['ECONNREFUSED', 'connect', 'TcpError']);
    expect(error.message).toBe(
      'connect ECONNREFUSED: connection refused: nothing listens on that port (10.0.0.1:80)',
    );
  });

  it('has what is known of where the call went, and nothing else; the message ends with the peer', () => {
    const all = { address: '10.0.0.1', port: 80, localAddress: '10.0.0.2', localPort: 1025 };
    for (const [where, end] of [
      [all, ' (10.0.0.1:80)'],
      [{ address: '2001:db8::1', port: 80 }, ' ([2001:db8::1]:80)'],
      [{ address: '10.0.0.1' }, ' (10.0.0.1)'],
      [{ port: 80 }, ' (port 80)'],
      [{ localAddress: '10.0.0.2' }, ''],
      [{ localPort: 1025 }, ''],
      [{}, ''],
    ] as const) {
      const refused = tcpError(Err.REFUSED, 'connect', where);
      expect({ ...refused }).toEqual({
        name: 'TcpError',
        code: 'ECONNREFUSED',
        syscall: 'connect',
        ...where,
      });
      expect(refused.message).toBe(
        `connect ECONNREFUSED: connection refused: nothing listens on that port${end}`,
      );
      const late = timeoutError(500, 'read', where);
      expect({ ...late }).toEqual({ name: 'TcpError', code: 'ETIMEDOUT', syscall: 'read', ...where });
      expect(late.message).toBe(`read ETIMEDOUT: nothing came of it within the timeout of 500 ms${end}`);
    }
    expect(timeoutError(500, 'read').message).toBe(
      'read ETIMEDOUT: nothing came of it within the timeout of 500 ms',
    );
  });
});

describe('names', () => {
  it('states print as the RFC writes them', () => {
    expect(Object.values(State).map((state) => stateName(state))).toEqual(STATES);
  });

  it('every reason for a discard has a name of its own', () => {
    const names = Object.values(Drop).map((reason) => dropName(reason));
    expect([new Set(names).size, names.length]).toEqual([DROP_COUNT, DROP_COUNT]);
    expect([dropName(Drop.PAWS), dropName(Drop.RST_IN_TIME_WAIT)]).toEqual(['paws', 'rst-in-time-wait']);
  });
});
