/** `using` and `await using`, which Node parses from version 24 on; before, what they do. */
const AsyncFunction = (async () => {}).constructor;

/** Runs `body(value)` in a block that disposes of the value at its end. */
export const using =
  compiled('using') ??
  (async (value, body) => {
    try {
      await body(value);
    } finally {
      value[Symbol.dispose]();
    }
  });

/** The same, and waits until that is done. */
export const awaitUsing =
  compiled('await using') ??
  (async (value, body) => {
    try {
      await body(value);
    } finally {
      await value[Symbol.asyncDispose]();
    }
  });

function compiled(declaration) {
  try {
    return new AsyncFunction('value', 'body', `{ ${declaration} held = value; await body(held); }`);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
