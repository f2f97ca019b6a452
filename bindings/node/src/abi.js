/**
 * The C interface of include/llm.h as this package sees it: every signature and every number, and nowhere else.
 * A change of llm.h is a change of this file.
 */

/** LLM_ABI_VERSION: the version of llm.h that this file was written against. */
export const ABI_VERSION = 1;

/** LLM_OK, LLM_PENDING, LLM_TOO_SMALL; everything below zero is a failure. */
export const OK = 0;
export const PENDING = 1;
export const TOO_SMALL = 3;

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
export const EVENT = Object.freeze({
  TEXT: 1,
  REASONING: 2,
  TOOL_CALL_DELTA: 3,
  TOOL_CALL: 4,
  RESPONSE: 5,
  ERROR: 6,
  LOG: 7,
});

/** LLM_OP_*. */
export const OPERATION = Object.freeze({
  COMPLETE: 1,
  STREAM: 2,
  ANALYZE: 3,
  EMBED: 4,
  LIST_MODELS: 5,
  HEALTH_CHECK: 6,
});

/** LLM_LOG_*, by the name that LLM_LOG_LEVEL takes. */
export const LOG_LEVELS = Object.freeze({ trace: 10, debug: 20, info: 30, warn: 40, error: 50, off: 100 });

/** sizeof(llm_event): the tag, 8 bytes; the kind, 4; the data's length, 4. */
export const RECORD_HEADER = 16;

/**
 * Types of node:ffi. `text` and `output` are Buffers and typed arrays that JavaScript owns: node:ffi's own "string" makes
 * a temporary copy that releases before 26.7 reuse when a callback makes a further call.
 */
const text = 'buffer'; // const char *: NUL-terminated UTF-8, or null
const output = 'buffer'; // char **, llm_error **, void *...: room that is written to
const handle = 'pointer'; // an address, as a BigInt
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
  llm_client_stats: { arguments: [handle, output, output], return: status },

  llm_free: { arguments: ['pointer'], return: 'void' },

  llm_call_start: { arguments: [handle, 'int32', text, handle, 'uint64', output, output], return: status },
  llm_call_pause: { arguments: [handle, 'int32'], return: 'void' },
  llm_call_cancel: { arguments: [handle], return: 'void' },
  llm_call_free: { arguments: [handle], return: 'void' },

  llm_queue_create: { arguments: [output, output], return: status },
  llm_queue_read: { arguments: [handle, 'int32', output, size, output], return: status },
  llm_queue_fd: { arguments: [handle], return: 'int32' },
  llm_queue_destroy: { arguments: [handle], return: 'void' },

  llm_queue_log: { arguments: [handle, 'int32'], return: status },

  llm_provider_list: { arguments: [output, output], return: status },
  llm_provider_define: { arguments: [text, output], return: status },
});
