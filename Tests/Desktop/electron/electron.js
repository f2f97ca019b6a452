// Stands in for the module "electron", of which only what examples/electron/main.js uses is here: it keeps what the app asks for,
// so that a test can see it and answer in Electron's place.
import { EventEmitter } from 'node:events';

export const asked = { schemes: [], handlers: new Map(), protocols: new Map(), windows: [], permissions: undefined };

/** Set by main-process.js: what the main process sends to the page. */
export const toPage = { send() {} };

export const app = Object.assign(new EventEmitter(), {
  whenReady: () => Promise.resolve(),
  quit: () => {},
});

class WebContents extends EventEmitter {
  mainFrame = { parent: null, url: '' };
  destroyed = false;

  isDestroyed() {
    return this.destroyed;
  }

  send(channel, ...args) {
    if (this.destroyed) throw new TypeError('Object has been destroyed');
    toPage.send(channel, structuredClone(args)); // refuses what Electron refuses, such as functions
  }

  setWindowOpenHandler(handler) {
    this.openWindow = handler;
  }
}

export class BrowserWindow {
  webContents = new WebContents();

  constructor(options) {
    this.options = options;
    asked.windows.push(this);
    app.emit('web-contents-created', {}, this.webContents);
  }

  static getAllWindows() {
    return asked.windows;
  }

  async loadURL(url) {
    this.webContents.mainFrame.url = url;
  }
}

export const ipcMain = {
  handle(channel, handler) {
    if (asked.handlers.has(channel)) throw new Error(`there is a handler for ${channel} already`);
    asked.handlers.set(channel, handler);
  },
};

export const protocol = {
  registerSchemesAsPrivileged: (schemes) => void asked.schemes.push(...schemes),
  handle: (scheme, handler) => void asked.protocols.set(scheme, handler),
};

export const session = {
  defaultSession: {
    setPermissionRequestHandler: (handler) => void (asked.permissions = handler),
  },
};
