import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

import { loadBackend } from '../src/backend.js';
import { LibraryError, openLibrary } from '../src/library.js';
import { nodeFlags } from './support/node.js';

const packageFolder = path.resolve(import.meta.dirname, '..');

/** A copy of the package in a folder of its own, far from any build tree. */
function copyPackage(t) {
  const folder = mkdtempSync(path.join(tmpdir(), 'scaling-memory-library-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const copy = path.join(folder, 'node_modules', 'scaling-memory');
  mkdirSync(copy, { recursive: true });
  cpSync(path.join(packageFolder, 'src'), path.join(copy, 'src'), { recursive: true });
  copyFileSync(path.join(packageFolder, 'package.json'), path.join(copy, 'package.json'));
  return { folder, copy };
}

/** Runs a module in `folder` that prints which library was loaded, or what went wrong. */
function whichLibrary(folder, { flags = [], ...environment } = {}) {
  const { SCALING_MEMORY_LIBRARY, LD_LIBRARY_PATH, ...rest } = process.env;
  const script = `
    import { libraryVersion, LibraryError } from 'scaling-memory';
    try {
      libraryVersion();
      const { loadBackend } = await import(new URL('./backend.js', import.meta.resolve('scaling-memory')));
      console.log(loadBackend().libraryPath);
    } catch (error) {
      console.log(error instanceof LibraryError, error.name, error.message);
    }`;
  const { stdout, stderr, status } = spawnSync(process.execPath, [...nodeFlags, ...flags, '--input-type=module', '-e', script], {
    cwd: folder,
    env: { ...rest, ...environment },
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  return stdout.trim();
}

test('the variable comes first, and a wrong one is not passed over', (t) => {
  const { folder } = copyPackage(t);
  const { libraryPath } = loadBackend();
  assert.equal(whichLibrary(folder, { SCALING_MEMORY_LIBRARY: libraryPath }), libraryPath);
  assert.equal(
    whichLibrary(folder, { SCALING_MEMORY_LIBRARY: path.relative(folder, libraryPath) }),
    libraryPath,
  );
  const missing = whichLibrary(folder, { SCALING_MEMORY_LIBRARY: '/nowhere/libllm.so' });
  assert.match(missing, /^true LibraryError cannot load \/nowhere\/libllm\.so \(from SCALING_MEMORY_LIBRARY\): /);
});

test('then the file beside the package', (t) => {
  const { folder, copy } = copyPackage(t);
  const beside = path.join(copy, 'libllm.so');
  copyFileSync(loadBackend().libraryPath, beside);
  assert.equal(whichLibrary(folder), beside);
});

test('then the system\'s', (t) => {
  const { folder } = copyPackage(t);
  copyFileSync(loadBackend().libraryPath, path.join(folder, 'libllm.so.1'));
  assert.equal(whichLibrary(folder, { LD_LIBRARY_PATH: folder }), 'libllm.so.1');
});

test('a broken file is an error, not a reason to look elsewhere', (t) => {
  const { folder, copy } = copyPackage(t);
  writeFileSync(path.join(copy, 'libllm.so'), 'this is no library');
  assert.match(whichLibrary(folder), /^true LibraryError cannot load .*node_modules\/scaling-memory\/libllm\.so: /);
});

test('the error says every place that was looked at', (t) => {
  const { folder, copy } = copyPackage(t);
  writeFileSync(path.join(folder, 'libllm.so.1'), 'in the way of one that may be installed');
  const said = whichLibrary(folder, { LD_LIBRARY_PATH: folder });
  assert.match(said, /^true LibraryError libllm was not found; looked at: /);
  for (const place of [path.join(copy, 'libllm.so'), '.build/release/libllm.so', "the system's libllm.so.1"]) {
    assert.ok(said.includes(place), `${place} in ${said}`);
  }
  assert.match(said, /SCALING_MEMORY_LIBRARY/);
});

test('another version of the interface is refused', () => {
  assert.throws(
    () => openLibrary(() => ({}), () => 2),
    (error) => error instanceof LibraryError && /has version 2 of libllm's interface, .* takes version 1/.test(error.message),
  );
});

test('a Node without node:ffi says what is needed', (t) => {
  const { folder } = copyPackage(t);
  assert.match(
    whichLibrary(folder, { flags: ['--no-experimental-ffi'] }),
    /^true LibraryError this Node \(v\d+\..*\) has no node:ffi: .* Node 26\.1 or newer/,
  );
});

test('importing the package loads nothing', (t) => {
  const { folder } = copyPackage(t);
  const script = "import { Client } from 'scaling-memory'; console.log(typeof Client);";
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder,
    env: { ...process.env, SCALING_MEMORY_LIBRARY: '/nowhere' },
    encoding: 'utf8',
  });
  assert.equal(stdout, 'function\n');
  assert.equal(stderr, ''); // node:ffi would warn that it is experimental
});
