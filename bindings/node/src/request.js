/** What callers pass, checked for its JavaScript type and turned into libllm's JSON. What the fields mean, libllm checks. */

/** A configuration's JSON. */
export function configJSON(config) {
  return JSON.stringify(checkedObject(config, 'config'));
}

/** A request's JSON: text is one user message, an array is the messages, an object is the request. */
export function requestJSON(request) {
  if (typeof request === 'string') return JSON.stringify([{ role: 'user', content: request }]);
  if (typeof request !== 'object' || request === null) {
    throw new TypeError('request must be a string, an array of messages or an object');
  }
  return JSON.stringify(request);
}

/** An embedding request's JSON: text or an array is the input, an object is the request. */
export function embeddingJSON(request) {
  if (typeof request === 'string' || Array.isArray(request)) return JSON.stringify({ input: request });
  if (typeof request !== 'object' || request === null) {
    throw new TypeError('request must be a string, an array of strings or an object');
  }
  return JSON.stringify(request);
}

/**
 * Options as what libllm takes and what this package does: the request's fields, and the signal.
 *
 * @returns {{fields: object, signal: AbortSignal | undefined}}
 */
export function splitOptions(options) {
  if (options === undefined || options === null) return { fields: {}, signal: undefined };
  const { signal, ...fields } = checkedObject(options, 'options');
  return { fields, signal: checkedSignal(signal) };
}

/** The signal of options that have nothing else. */
export function signalOf(options) {
  const { fields, signal } = splitOptions(options);
  const [other] = Object.keys(fields);
  if (other !== undefined) throw new TypeError(`options have no field ${other}: fields of the request belong in the request`);
  return signal;
}

function checkedSignal(signal) {
  if (signal === undefined || signal === null) return undefined;
  if (signal instanceof AbortSignal) return signal;
  throw new TypeError('signal must be an AbortSignal');
}

/** A string that can be passed to C, which ends it at the first NUL. */
export function checkedText(value, name) {
  if (checkedString(value, name).includes('\0')) throw new TypeError(`${name} must not contain the character U+0000`);
  return value;
}

export function checkedString(value, name) {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string`);
  return value;
}

function checkedObject(value, name) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${name} must be an object`);
  }
  return value;
}
