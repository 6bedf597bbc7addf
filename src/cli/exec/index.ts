// The door of cli/exec: `synfin exec`.

export { execCommand } from './exec.ts';
