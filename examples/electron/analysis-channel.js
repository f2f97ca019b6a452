// What the page may ask of the main process: to start an analysis, and to cancel it.
import { isOurPage } from './page-files.js';

const MOST_TEXT = 1_000_000; // characters
const MOST_INSTRUCTION = 2_000;

/**
 * Answers the page's calls with `analyzer`. All that comes of an analysis goes over one channel, so that it arrives in order:
 * the events of Analyzer.analyze, each with the id that the page gave.
 */
export function serveAnalyses(ipcMain, analyzer) {
  const running = new Map(); // id -> AbortController

  ipcMain.handle('analysis:start', (event, id, request) => {
    refuseStrangers(event);
    const { content, instruction } = checked(request);
    if (typeof id !== 'string' || running.has(id)) throw new TypeError('id takes a string that is not in use');
    const page = event.sender;
    const controller = new AbortController();
    const stop = () => controller.abort();
    running.set(id, controller);
    // Nobody reads it any more when the window is closed or the page loaded again.
    page.once('destroyed', stop);
    page.once('did-navigate', stop);
    const send = (message) => {
      if (!page.isDestroyed()) page.send('analysis:event', id, message);
    };
    analyzer.analyze({ content, instruction }, send, controller.signal).finally(() => {
      running.delete(id);
      page.off('destroyed', stop);
      page.off('did-navigate', stop);
    });
  });

  ipcMain.handle('analysis:cancel', (event, id) => {
    refuseStrangers(event);
    running.get(id)?.abort();
  });
}

/** Any frame of any page in the app can send to these channels: only our own page is heard. */
function refuseStrangers(event) {
  if (!isOurPage(event.senderFrame)) throw new Error('this page may not ask for analyses');
}

function checked({ content, instruction } = {}) {
  if (typeof content !== 'string' || content.length === 0 || content.length > MOST_TEXT) {
    throw new TypeError(`content takes a text of 1 to ${MOST_TEXT} characters`);
  }
  if (instruction !== undefined && (typeof instruction !== 'string' || instruction.length > MOST_INSTRUCTION)) {
    throw new TypeError(`instruction takes a text of up to ${MOST_INSTRUCTION} characters`);
  }
  return { content, instruction };
}
