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

/** Options' JSON, or null where there are none. */
export function optionsJSON(options) {
  return options === undefined || options === null ? null : JSON.stringify(checkedObject(options, 'options'));
}

/** A string that can be passed to C, which ends it at the first NUL. */
export function checkedText(value, name) {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string`);
  if (value.includes('\0')) throw new TypeError(`${name} must not contain the character U+0000`);
  return value;
}

function checkedObject(value, name) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${name} must be an object`);
  }
  return value;
}
