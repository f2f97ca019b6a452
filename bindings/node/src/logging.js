/** libllm's log lines in this thread. The contract is in index.d.ts. */
import { AsyncResource } from 'node:async_hooks';

import { LOG_LEVELS } from './abi.js';
import { eventQueue } from './event-queue.js';

let flushesAtExit = false;

export function enableLogging(level, onLine = undefined) {
  if (!Object.hasOwn(LOG_LEVELS, level)) throw new TypeError(`level must be one of ${Object.keys(LOG_LEVELS).join(', ')}`);
  if (onLine !== undefined && typeof onLine !== 'function') throw new TypeError('onLine must be a function');
  const queue = eventQueue();
  queue.setLog(LOG_LEVELS[level], level === 'off' ? undefined : receiver(onLine));
  if (flushesAtExit) return;
  flushesAtExit = true;
  // What came after the last call had ended would be lost: the queue does not keep the process running.
  process.on('exit', () => queue.flush());
}

/** A function of a line's text that does not throw. */
function receiver(onLine) {
  if (!onLine) return (text) => console.error(text);
  // Called from the socket's turn of the event loop, it is to have the async context of whoever gave it.
  const bound = AsyncResource.bind(onLine);
  return (text) => {
    try {
      bound(JSON.parse(text));
    } catch (error) {
      // An uncaught exception, as of any listener; but the events that were read with the line come first.
      process.nextTick(() => {
        throw error;
      });
    }
  };
}
