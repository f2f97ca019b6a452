/** A Promise with the functions that settle it: Promise.withResolvers(), which Node has from version 22 on. */
export function deferred() {
  let resolve, reject;
  const promise = new Promise((...functions) => ([resolve, reject] = functions));
  return { promise, resolve, reject };
}
