// The door of `synfin sim`.

export { simCommand } from './command.ts';
