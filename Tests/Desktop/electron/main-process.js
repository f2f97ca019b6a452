// Runs examples/electron/main.js as Electron would, with a stand-in for Electron, and does what a test asks for: lines of JSON
// {number, ask, ...} on standard input, answered by {number, result} or {number, error} on standard output. What the app sends to its
// page comes as {sent: [channel, ...args]}.
import { registerHooks } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const root = path.resolve(import.meta.dirname, '../../..');
const modules = {
  electron: pathToFileURL(path.join(import.meta.dirname, 'electron.js')).href,
  'scaling-memory': pathToFileURL(path.join(root, 'bindings/node/src/index.js')).href,
};
registerHooks({
  resolve: (name, context, next) => (modules[name] ? { url: modules[name], shortCircuit: true } : next(name, context)),
});

const { app, asked, toPage } = await import(modules.electron);
await import(pathToFileURL(path.join(root, 'examples/electron/main.js')).href);
await app.whenReady();

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
toPage.send = (channel, args) => say({ sent: [channel, ...args] });

const ANSWERS = {
  /** What the app has asked of Electron. */
  app() {
    const [window] = asked.windows;
    const contents = window.webContents;
    let permission;
    asked.permissions(contents, 'media', (granted) => (permission = granted));
    let leaves = true;
    contents.emit('will-navigate', { preventDefault: () => (leaves = false) });
    return {
      url: contents.mainFrame.url,
      schemes: asked.schemes,
      webPreferences: window.options.webPreferences,
      channels: [...asked.handlers.keys()],
      opensWindows: contents.openWindow({ url: 'https://example.org/' }).action,
      permission,
      leaves,
    };
  },

  /** A file of the page: {status, headers, body}. */
  async file({ url }) {
    const response = await asked.protocols.get(new URL(url).protocol.slice(0, -1))(new Request(url));
    return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
  },

  /** ipcRenderer.invoke(channel, ...args), from the app's own page or from `frame`. */
  async invoke({ channel, args, frame }) {
    const { webContents } = asked.windows[0];
    return asked.handlers.get(channel)({ sender: webContents, senderFrame: frame ?? webContents.mainFrame }, ...args);
  },

  /** Something that happens to the window: 'did-navigate', 'destroyed'. */
  happen({ event }) {
    const { webContents } = asked.windows[0];
    webContents.destroyed = event === 'destroyed';
    webContents.emit(event);
    webContents.destroyed = false; // the next test's window
    return webContents.eventNames();
  },
};

createInterface({ input: process.stdin })
  .on('line', async (line) => {
    const { number, ask, ...fields } = JSON.parse(line);
    try {
      say({ number, result: (await ANSWERS[ask](fields)) ?? null });
    } catch (error) {
      say({ number, error: error.message });
    }
  })
  .on('close', () => process.exit());
