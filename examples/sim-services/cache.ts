// A server of Redis' protocol (RESP) with the commands that the shop uses; what it has is gone when it crashes.

import { createServer } from 'node:net';

const values = new Map<string, string>();

const bulk = (text: string | undefined): string =>
  text === undefined ? '$-1\r\n' : `$${Buffer.byteLength(text)}\r\n${text}\r\n`;

const COMMANDS: Readonly<Record<string, (...args: string[]) => string>> = {
  PING: () => '+PONG\r\n',
  INFO: () => bulk('redis_version:7.4.0\r\nloading:0\r\n'),
  CLIENT: () => '+OK\r\n',
  SELECT: () => '+OK\r\n',
  QUIT: () => '+OK\r\n',
  GET: (key = '') => bulk(values.get(key)),
  SET: (key = '', value = '') => {
    values.set(key, value);
    return '+OK\r\n';
  },
  INCR: (key = '') => {
    const n = Number(values.get(key) ?? 0) + 1;
    values.set(key, `${n}`);
    return `:${n}\r\n`;
  },
};

/** The first command of some octets, and what follows it; null: it is not whole. */
function commandOf(text: string): { readonly words: readonly string[]; readonly rest: string } | null {
  const head = /^\*(\d+)\r\n/.exec(text);
  if (head === null) return null;
  let rest = text.slice(head[0].length);
  const words: string[] = [];
  for (let i = 0; i < Number(head[1]); i++) {
    const length = /^\$(\d+)\r\n/.exec(rest);
    const end = length === null ? 0 : length[0].length + Number(length[1]);
    if (length === null || rest.length < end + 2) return null;
    words.push(rest.slice(length[0].length, end));
    rest = rest.slice(end + 2);
  }
  return { words, rest };
}

createServer((socket) => {
  let text = '';
  socket.on('error', () => {});
  socket.on('data', (octets) => {
    text += octets.toString('latin1');
    for (let command = commandOf(text); command !== null; command = commandOf(text)) {
      text = command.rest;
      const [name = '', ...args] = command.words;
      const answer = COMMANDS[name.toUpperCase()];
      socket.write(answer === undefined ? `-ERR unknown command '${name}'\r\n` : answer(...args));
    }
  });
}).listen(6379);
