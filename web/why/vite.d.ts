// What Vite makes of an import with a query.

declare module '*?worker&inline' {
  const create: new () => Worker;
  export default create;
}
