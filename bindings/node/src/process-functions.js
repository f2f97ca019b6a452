/** The few functions of the C library and of Node itself that the FFI backend needs, from the running process. */
import { isMainThread } from 'node:worker_threads';

const F_DUPFD_CLOEXEC = 1030; // Linux
const DUPLICATES = {
  fcntl: { arguments: ['int32', 'int32', 'int32'], return: 'int32' },
  dup: { arguments: ['int32'], return: 'int32' },
};

/** A duplicate of a descriptor, for the caller to close. Processes that Node starts do not inherit it, where that can be said. */
export function duplicateDescriptor(ffi, descriptor) {
  const { fcntl, dup } = new ffi.DynamicLibrary(null).getFunctions(DUPLICATES);
  const duplicate = process.platform === 'linux' ? fcntl(descriptor, F_DUPFD_CLOEXEC, 0) : dup(descriptor);
  if (duplicate < 0) throw new Error('the system has no file descriptor left for the events of calls');
  return duplicate;
}

/** node.h's AddEnvironmentCleanupHook(isolate, function, argument), and v8::Isolate::GetCurrent(), as compilers name them. */
const HOOKS = {
  _ZN4node25AddEnvironmentCleanupHookEPN2v87IsolateEPFvPvES3_: { arguments: ['pointer', 'pointer', 'pointer'], return: 'void' },
  _ZN2v87Isolate10GetCurrentEv: { arguments: [], return: 'pointer' },
};

/**
 * Calls a native function with one argument when this worker ends, however it does: `worker.terminate()` runs no JavaScript.
 * A Node without these functions leaves it undone, and calls that ran then go on until their timeout. The main thread
 * needs nothing: libllm ends its calls when the process does.
 *
 * @param {bigint} address of the function, void (*)(void *)
 * @param {bigint} argument
 */
export function atThreadEnd(ffi, address, argument) {
  if (isMainThread) return;
  let functions;
  try {
    functions = Object.values(new ffi.DynamicLibrary(null).getFunctions(HOOKS));
  } catch {
    return;
  }
  const [addCleanupHook, currentIsolate] = functions;
  addCleanupHook(currentIsolate(), address, argument);
}
