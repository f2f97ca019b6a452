/** How this thread's event loop watches the socket by which a queue says that it has something (llm_queue_fd). */
import { Socket, connect } from 'node:net';

/**
 * Calls `onReady` whenever the socket has become readable; it must not throw. The byte that is there is libllm's, and whether it
 * is taken here or by a read of the queue does not matter.
 *
 * @param {number} descriptor closed with the socket
 * @returns {Socket} watched from now on; ref() and unref() say whether it keeps the process running
 */
export function watchReadiness(descriptor, onReady) {
  // Bun's sockets take a descriptor when they connect, and leave one alone that they are made with.
  if (process.versions.bun) return connect({ fd: descriptor }).on('data', onReady);
  const onread = {
    buffer: new Uint8Array(8), // no memory for each wakeup
    callback: () => {
      onReady();
      return true;
    },
  };
  return new Socket({ fd: descriptor, readable: true, writable: false, onread });
}
