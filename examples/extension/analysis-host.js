const NAME = 'io.libllm.page_analysis';

let port; // one process of the host, for as long as the panel is open
let lastId = 0;
const running = new Map(); // id -> onEvent

/**
 * Has the native host analyze `content` and calls `onEvent` with what comes:
 *
 *   {type: 'text', text}                                a piece of the answer
 *   {type: 'done', model, finish_reason, usage}         the last one, or instead of it
 *   {type: 'cancelled'}
 *   {type: 'failed', status, message, retry_after_ms}
 *
 * Gives a function that cancels; 'cancelled' is called when it has worked.
 */
export function analyze({ content, instruction }, onEvent) {
  const id = String(++lastId);
  running.set(id, onEvent);
  send({ type: 'analyze', id, content, instruction });
  return () => running.has(id) && send({ type: 'cancel', id });
}

function send(message) {
  port ??= connect();
  port.postMessage(message);
}

function connect() {
  const connection = chrome.runtime.connectNative(NAME);
  connection.onMessage.addListener(deliver);
  connection.onDisconnect.addListener(() => {
    // The browser says why: there is no host, it is for another extension, or it has exited.
    const message = chrome.runtime.lastError?.message ?? '';
    port = undefined; // the next analysis starts the host again
    const status = /exited|communicating/.test(message) ? 'host_ended' : 'host_missing';
    for (const id of [...running.keys()]) deliver({ type: 'failed', id, status, message });
  });
  return connection;
}

function deliver({ id, ...event }) {
  const onEvent = running.get(id);
  if (event.type !== 'text') running.delete(id);
  onEvent?.(event);
}
