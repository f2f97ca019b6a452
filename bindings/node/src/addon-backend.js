/** The backend on the Node-API addon in native/, whose functions are its members. What a backend is, is said in backend.js. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

import { errorFromJSON } from './errors.js';
import { addonPaths, openLibrary } from './library.js';

/** The addon, which has one function, `open`. Throws where there is none for this system, or this process may load none. */
export function loadAddon() {
  const paths = addonPaths();
  const found = paths.find((path) => existsSync(path));
  if (found === undefined) throw new Error(`the addon was not found; looked at: ${paths.join(', ')}`);
  return createRequire(import.meta.url)(found);
}

/** Loads libllm. Throws LibraryError where it is missing. */
export function openAddonBackend(addon) {
  const { library, path } = openLibrary(
    (file) => addon.open(file, errorFromJSON),
    (opened) => opened.abiVersion(),
  );
  return Object.assign(library, { name: 'addon', libraryPath: path });
}
