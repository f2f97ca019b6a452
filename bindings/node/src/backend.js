/**
 * The way into libllm, chosen once for each thread, when the first client is made: importing the package loads nothing.
 *
 * A backend belongs to one thread and has one queue, which takes the events of all calls of that thread; it is made when it
 * is first needed. Handles mean something to the backend alone. JSON goes in and comes out as text; a failure is thrown as
 * an LLMError. No member waits for anything, and none calls back.
 *
 *   libraryPath                                          where libllm was found
 *   version()                                            llm_version()
 *   configFromEnv(provider | null)                       a configuration's JSON
 *   createClient(configJSON)                             a client's handle
 *   destroyClient(client)
 *   clientStats(client)                                  statistics' JSON
 *   startCall(client, operation, requestJSON | null, tag)  a call's handle; its events are in the queue under `tag`
 *   pauseCall(call, paused)
 *   cancelCall(call)
 *   freeCall(call)                                       nothing of it is read any more
 *   readQueue(buffer)                                    copies whole records of llm.h to `buffer`, whose memory does not
 *                                                        move. So many bytes; 0: there are none; negative: none was taken,
 *                                                        because the next needs so many
 *   queueDescriptor()                                    a descriptor of the queue's readiness socket that the caller owns
 *   logQueue(level)                                      llm_queue_log
 *   listProviders()                                      the providers' JSON
 *   defineProvider(definitionJSON)
 */
import { openFFIBackend } from './ffi-backend.js';

let backend;

/** The backend of this thread. Throws LibraryError where libllm or node:ffi is missing. */
export function loadBackend() {
  backend ??= openFFIBackend();
  return backend;
}
