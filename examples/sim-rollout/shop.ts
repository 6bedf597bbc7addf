// A service as it is deployed (Express): told to end, it answers what it has begun, and ends.

import express from 'express';

/** Which deployment this is: nobody is older. */
const version = Date.now();

const app = express();
let isEnding = false;

// Else who keeps connections alive and asks on would keep it alive, too.
app.use((_request, response, next) => {
  if (isEnding) response.set('connection', 'close');
  next();
});
app.get('/', (_request, response) => void setTimeout(() => response.json({ version }), 80));

const server = app.listen(80);
process.on('SIGTERM', () => {
  isEnding = true;
  server.close(() => process.exit());
});
