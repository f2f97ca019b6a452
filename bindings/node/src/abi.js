/**
 * The C interface of include/llm.h as this package sees it: every signature and every number, and nowhere else.
 * A change of llm.h is a change of this file.
 */

/** LLM_ABI_VERSION: the version of llm.h that this file was written against. */
export const ABI_VERSION = 1;

/** LLM_OK; everything below it is a failure. */
export const OK = 0;

/** LLM_ERROR_*: the number that a function returns, and the name that an error's "status" carries. */
export const FAILURES = Object.freeze({
  invalid_argument: -1,
  configuration: -2,
  authentication: -3,
  not_found: -4,
  bad_request: -5,
  context_length: -6,
  content_filtered: -7,
  rate_limited: -8,
  local_limit: -9,
  server: -10,
  connection: -11,
  timeout: -12,
  truncated: -13,
  protocol: -14,
  canceled: -15,
  forked: -16,
  internal: -17,
  unsupported: -18,
  too_large: -19,
  quota: -20,
  memory: -21,
});

/** LLM_EVENT_*. */
export const EVENT = Object.freeze({ TEXT: 1, REASONING: 2, TOOL_CALL_DELTA: 3, TOOL_CALL: 4, RESPONSE: 5 });

/**
 * Types of node:ffi. `text` and `output` are Buffers and typed arrays that JavaScript owns: node:ffi's own "string" makes
 * a temporary copy that releases before 26.7 reuse when a callback makes a further call.
 */
const text = 'buffer'; // const char *: NUL-terminated UTF-8, or null
const output = 'buffer'; // char **, llm_error **...: room for one pointer
const handle = 'pointer'; // an address, as a BigInt
// A callback's address. Not 'pointer': only this type keeps node:ffi from V8's fast calls, which must not enter JavaScript.
const callback = 'function';
const staticText = 'pointer'; // const char * that is not ours to free
const status = 'int32'; // llm_status
const size = 'uint64'; // size_t on every platform that node:ffi runs on with 64 bits

/** Every function that this package calls, in the order of llm.h. */
export const FUNCTIONS = Object.freeze({
  llm_abi_version: { arguments: [], return: 'uint32' },
  llm_version: { arguments: [], return: staticText },

  llm_error_json: { arguments: [handle], return: staticText },
  llm_error_free: { arguments: [handle], return: 'void' },

  llm_config_from_env: { arguments: [text, output, output], return: status },

  llm_client_create: { arguments: [text, output, output], return: status },
  llm_client_destroy: { arguments: [handle], return: 'void' },

  llm_complete: { arguments: [handle, text, output, output], return: status },
  llm_stream: { arguments: [handle, text, callback, 'pointer', output, output], return: status },
  llm_analyze: { arguments: [handle, text, text, text, output, output], return: status },
  llm_list_models: { arguments: [handle, text, output, output], return: status },
  llm_health_check: { arguments: [handle, text, output, output], return: status },

  llm_free: { arguments: ['pointer'], return: 'void' },
});

/** llm_event_fn: kind, data, length in bytes, user_data; nonzero cancels. */
export const EVENT_FUNCTION = Object.freeze({ arguments: ['int32', 'pointer', size, 'pointer'], return: 'int32' });
