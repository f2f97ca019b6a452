/**
 * The way into libllm, chosen once for each thread, when the first client is made: importing the package loads nothing.
 *
 * A backend belongs to one thread and has one queue, which takes the events of all calls of that thread; it is made when it
 * is first needed. Handles mean something to the backend alone. JSON goes in and comes out as text; a failure is thrown as
 * an LLMError. No member waits for anything, and none calls back.
 *
 *   name                                                 'ffi' or 'addon'
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
 *
 * There are two, which differ in nothing else: on node:ffi, which new Nodes have, and on the addon in native/, which any other
 * takes. A third is a module like theirs and a line in BACKENDS.
 */
import { loadAddon, openAddonBackend } from './addon-backend.js';
import { loadFFI, openFFIBackend } from './ffi-backend.js';
import { LibraryError } from './library.js';

/**
 * In the order in which they are tried. `load` gives what the backend stands on, and throws where this process has none; `open`
 * loads libllm by it.
 */
const BACKENDS = {
  ffi: { load: loadFFI, open: openFFIBackend },
  addon: { load: loadAddon, open: openAddonBackend },
};

let backend;

/** The backend of this thread. Throws LibraryError where libllm is missing, or every way to load it. */
export function loadBackend() {
  backend ??= openBackend(process.env.SCALING_MEMORY_BACKEND);
  return backend;
}

/** @param {string | undefined} wanted a backend's name: no other is tried then */
function openBackend(wanted) {
  if (wanted && !Object.hasOwn(BACKENDS, wanted)) {
    throw new LibraryError(`SCALING_MEMORY_BACKEND is "${wanted}": it takes ${Object.keys(BACKENDS).join(' or ')}`);
  }
  const reasons = [];
  for (const name of wanted ? [wanted] : Object.keys(BACKENDS)) {
    let loaded;
    try {
      loaded = BACKENDS[name].load();
    } catch (error) {
      reasons.push(`${name}: ${error.message}`);
      continue;
    }
    return BACKENDS[name].open(loaded);
  }
  const asked = wanted ? ' (SCALING_MEMORY_BACKEND)' : '';
  throw new LibraryError(`this process has no way to load libllm; tried${asked} ${reasons.join('; ')}`);
}
