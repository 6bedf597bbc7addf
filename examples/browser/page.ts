// Two hosts in one page, joined by a MessageChannel: what is typed goes over TCP to the server, and back.

import { type Connection, Host, messagePortDevice } from '../../src/index.ts';

const { port1, port2 } = new MessageChannel();
const client = new Host({ name: 'client' });
const server = new Host({ name: 'server' });
client.attach(messagePortDevice(port1), { addresses: ['10.0.0.1/24'] });
server.attach(messagePortDevice(port2), { addresses: ['10.0.0.2/24'] });

const output = document.querySelector('pre') as HTMLElement;
const show = (line: string): void => output.append(`${line}\n`);

async function shout(connection: Connection): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of connection) {
    const text = decoder.decode(chunk, { stream: true });
    await connection.write(new TextEncoder().encode(text.toUpperCase()));
  }
  await connection.end();
}

async function serve(): Promise<void> {
  for await (const connection of server.listen({ port: 7 })) void shout(connection);
}
void serve();

const connection = await client.connect({ address: '10.0.0.2', port: 7 });
show(`${connection}`);

const form = document.querySelector('form') as HTMLFormElement;
form.addEventListener('submit', (event) => {
  event.preventDefault();
  const text = String(new FormData(form).get('text'));
  show(`client: ${text}`);
  void connection.write(new TextEncoder().encode(text));
});

const decoder = new TextDecoder();
for await (const chunk of connection) show(`server: ${decoder.decode(chunk, { stream: true })}`);
