import { describe, expect, it } from 'vitest';
import { devicePair } from '../../link/index.ts';
import type { FramePort } from '../port.ts';
import { faultyPort } from './index.ts';

const frame = (n: number): Uint8Array => {
  const octets = new Uint8Array(60).fill(n);
  octets.set([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0]);
  return octets;
};
const real = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function link(faults: object) {
  const [guest, port] = devicePair({ kind: 'ethernet' });
  const faulty = faultyPort(port as FramePort & typeof port, faults);
  const [atGuest, atGateway]: [number[], number[]] = [[], []];
  guest.onreceive = (octets) => void atGuest.push(octets[20] as number);
  faulty.onreceive = (octets) => void atGateway.push(octets[20] as number);
  return { guest, faulty, atGuest, atGateway };
}

describe('a guest at the end of a bad link', () => {
  it('frames pass both ways, late; a duplicate comes twice', async () => {
    const { guest, faulty, atGuest, atGateway } = link({ delayUs: 20_000, duplicate: 1 });
    guest.send(frame(1));
    faulty.send(frame(2));
    expect([atGuest, atGateway]).toEqual([[], []]);
    for (let n = 0; n < 100 && atGuest.length + atGateway.length < 4; n++) await real(5);
    expect([atGuest, atGateway]).toEqual([
      [2, 2],
      [1, 1],
    ]);
    faulty.close?.();
  });

  it('loses what it is told to; closing it closes the port, and the port’s end is told', async () => {
    const { guest, faulty, atGuest, atGateway } = link({ loss: 1 });
    guest.send(frame(1));
    faulty.send(frame(2));
    await real(20);
    expect([atGuest, atGateway]).toEqual([[], []]);
    let told = 0;
    faulty.onclose = () => void told++;
    guest.close();
    expect(told).toBe(1);
    faulty.close?.();
    expect(() => link({ loss: 2 })).toThrow(RangeError);
  });
});
