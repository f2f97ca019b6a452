// The main process: it has the key and talks to the provider. The window's page has neither Node nor the network.
import path from 'node:path';

import { app, BrowserWindow, ipcMain, protocol, session } from 'electron';

import { Analyzer } from './analyzer.js';
import { serveAnalyses } from './analysis-channel.js';
import { PAGE, SCHEME, servePage } from './page-files.js';

// Before the app is ready. A scheme of its own has an origin, which file: has not.
protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true } }]);

// No page of this app goes anywhere else, opens windows, or embeds other pages.
app.on('web-contents-created', (_event, contents) => {
  contents.on('will-navigate', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
});

app.on('activate', () => {
  if (BrowserWindow.getAllWindows().length === 0) openWindow();
});

app.on('window-all-closed', () => {
  if (process.platform !== 'darwin') app.quit();
});

// Not awaited here: "ready" comes only after this module is done.
app.whenReady().then(() => {
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, decide) => decide(false));
  protocol.handle(SCHEME, servePage);
  serveAnalyses(ipcMain, new Analyzer());
  openWindow();
});

function openWindow() {
  const window = new BrowserWindow({
    width: 720,
    height: 760,
    webPreferences: {
      preload: path.join(import.meta.dirname, 'preload.cjs'),
      // The defaults of today's Electron, in case that this is copied into an older one.
      contextIsolation: true,
      nodeIntegration: false,
      sandbox: true,
    },
  });
  window.loadURL(PAGE);
}
