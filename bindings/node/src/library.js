/** Finding and opening libllm. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { ABI_VERSION } from './abi.js';

const packageFolder = unpacked(path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..'));
/** What a package carries for this kind of system, and what `make` of a checkout that holds this folder builds. */
const carriedFolder = path.join(packageFolder, 'prebuilds', `${process.platform}-${process.arch}`);
const builtFolder = path.resolve(packageFolder, '..', '..', '.build', 'release');

/** The native library, or every way to load it, is missing or of the wrong version. */
export class LibraryError extends Error {
  /**
   * @param {string} message what is wrong and what to do about it
   * @param {string[]} searched the places that were looked at, in order
   */
  constructor(message, searched = [], options = undefined) {
    super(message, options);
    this.searched = searched;
  }
}
Object.defineProperty(LibraryError.prototype, 'name', { value: 'LibraryError', writable: true, configurable: true });

/** In Electron a package may be in an archive, of which the system's loader knows nothing; what it needs is unpacked beside it. */
function unpacked(folder) {
  return process.versions.electron ? folder.replace(/\.asar(?=[\\/]|$)/, '.asar.unpacked') : folder;
}

/** Where the addon may be, in the order in which it is looked for. */
export function addonPaths() {
  return [carriedFolder, builtFolder].map((folder) => path.join(folder, 'scaling-memory.node'));
}

/**
 * Opens libllm with `open` and checks its ABI version.
 *
 * SCALING_MEMORY_LIBRARY, when set, is the only place. Otherwise: in this package, the build tree of a checkout, the
 * system's library. The first that is there is taken: if it cannot be loaded, that is an error and not a reason to go on,
 * so that a broken build is never hidden by an older library elsewhere.
 *
 * @template T
 * @param {(path: string) => T} open loads one file; throws if it cannot
 * @param {(library: T) => number} abiVersion asks it for llm_abi_version()
 * @returns {{library: T, path: string}}
 */
export function openLibrary(open, abiVersion) {
  const searched = [];
  for (const candidate of candidates(process.env, process.platform)) {
    searched.push(candidate.label);
    if (candidate.file && !existsSync(candidate.path)) continue;
    let library;
    try {
      library = open(candidate.path);
    } catch (cause) {
      if (candidate.last) throw notFound(searched, cause);
      throw new LibraryError(`cannot load ${candidate.label}: ${cause.message}`, searched, { cause });
    }
    const version = abiVersion(library);
    if (version !== ABI_VERSION) {
      throw new LibraryError(
        `${candidate.label} has version ${version} of libllm's interface, and this package takes version ${ABI_VERSION}`,
        searched,
      );
    }
    return { library, path: candidate.path };
  }
  throw notFound(searched);
}

function candidates(env, platform) {
  const [built, installed] = platform === 'darwin' ? ['libllm.dylib', 'libllm.1.dylib'] : ['libllm.so', 'libllm.so.1'];
  const fromVariable = env.SCALING_MEMORY_LIBRARY;
  if (fromVariable) {
    const file = fromVariable.includes(path.sep);
    const where = file ? path.resolve(fromVariable) : fromVariable;
    return [{ path: where, label: `${where} (from SCALING_MEMORY_LIBRARY)`, file: false }];
  }
  const files = [
    path.join(packageFolder, installed),
    path.join(packageFolder, built),
    path.join(carriedFolder, installed),
    path.join(builtFolder, built),
  ];
  return [
    ...files.map((file) => ({ path: file, label: file, file: true })),
    { path: installed, label: `the system's ${installed}`, file: false, last: true },
  ];
}

function notFound(searched, cause) {
  return new LibraryError(
    `libllm was not found; looked at: ${searched.join(', ')}. ` +
      'Build it with "make", install it, or set SCALING_MEMORY_LIBRARY to its path.' +
      (cause ? ` The system says: ${cause.message}` : ''),
    searched,
    cause ? { cause } : undefined,
  );
}
