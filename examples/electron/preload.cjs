// Runs before the page, in a world of its own. The page gets `window.analyzer` with one function, and no way to ipcRenderer.
// (CommonJS, because preload scripts in a sandbox can be nothing else.)
const { contextBridge, ipcRenderer } = require('electron');

const listeners = new Map(); // id -> onEvent

ipcRenderer.on('analysis:event', (_event, id, message) => {
  const onEvent = listeners.get(id);
  if (message.type !== 'text') listeners.delete(id);
  onEvent?.(message);
});

contextBridge.exposeInMainWorld('analyzer', {
  /** Calls `onEvent` with the events of Analyzer.analyze; gives a function that cancels. */
  analyze({ content, instruction }, onEvent) {
    const id = crypto.randomUUID();
    listeners.set(id, onEvent);
    ipcRenderer.invoke('analysis:start', id, { content, instruction }).catch((error) => {
      listeners.delete(id);
      onEvent({ type: 'failed', status: 'refused', message: error.message });
    });
    return () => void ipcRenderer.invoke('analysis:cancel', id);
  },
});
