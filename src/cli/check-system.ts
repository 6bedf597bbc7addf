// What threads of `synfin check` load: the models by name.

export { modelSystem } from '../lab/check/battery/index.ts';

/** This module, as threads find it. */
export const HERE = import.meta.url;
