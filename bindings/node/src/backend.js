/**
 * The way into libllm, chosen once for each thread, when the first client is made: importing the package loads nothing.
 *
 * A backend is an object with these members. JSON goes in and comes out as text; a failure is thrown as an LLMError.
 *
 *   libraryPath                                          where libllm was found
 *   version()                                            llm_version()
 *   configFromEnv(provider | null)                       a configuration's JSON
 *   createClient(configJSON)                             a handle, meaningful to this backend alone
 *   destroyClient(handle)
 *   complete(handle, requestJSON)                        a response's JSON
 *   stream(handle, requestJSON, onEvent)                 onEvent(kind, text) for each event, on this thread, while in
 *                                                        here; true cancels; what it throws cancels and is thrown from here
 *   analyze(handle, content, instruction | null, optionsJSON | null)
 *   listModels(handle, optionsJSON | null)
 *   healthCheck(handle, optionsJSON | null)
 */
import { openFFIBackend } from './ffi-backend.js';

let backend;

/** The backend of this thread. Throws LibraryError where libllm or node:ffi is missing. */
export function loadBackend() {
  backend ??= openFFIBackend();
  return backend;
}
