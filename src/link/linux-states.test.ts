import { expect, test } from 'vitest';
import { linuxState } from './linux-states.ts';

test('the numbers of include/net/tcp_states.h, from TCP_ESTABLISHED to TCP_BOUND_INACTIVE; others are CLOSED', () => {
  const names = Array.from({ length: 15 }, (_, number) => linuxState(number)).join(' ');
  expect(names).toBe(
    'CLOSED ESTABLISHED SYN-SENT SYN-RECEIVED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED CLOSE-WAIT LAST-ACK LISTEN CLOSING SYN-RECEIVED CLOSED CLOSED',
  );
});
