import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

import { loadBackend } from '../src/backend.js';
import { LibraryError, addonPaths, openLibrary } from '../src/library.js';
import { nodeFlags } from './support/node.js';

const packageFolder = path.resolve(import.meta.dirname, '..');
const prebuilds = path.join('prebuilds', `${process.platform}-${process.arch}`);
const addon = addonPaths().find((file) => existsSync(file));
const noAddon = addon === undefined && process.env.LLM_REQUIRE_ALL !== '1' && 'the addon is not built: make addon';
/** What turns node:ffi off, where there is one. */
const withoutFFI = process.allowedNodeEnvironmentFlags.has('--experimental-ffi') ? ['--no-experimental-ffi'] : [];

/** A copy of the package in a folder of its own, far from any build tree, with the addon in it. */
function copyPackage(t, { carriesAddon = addon !== undefined } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'scaling-memory-library-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const copy = path.join(folder, 'node_modules', 'scaling-memory');
  mkdirSync(copy, { recursive: true });
  cpSync(path.join(packageFolder, 'src'), path.join(copy, 'src'), { recursive: true });
  copyFileSync(path.join(packageFolder, 'package.json'), path.join(copy, 'package.json'));
  mkdirSync(path.join(copy, prebuilds), { recursive: true });
  if (carriesAddon) copyFileSync(addon, path.join(copy, prebuilds, 'scaling-memory.node'));
  return { folder, copy };
}

/** Runs a module in `folder` that prints which library was loaded, or with `what` which backend; or what went wrong. */
function whichLibrary(folder, { flags = [], what = 'libraryPath', ...environment } = {}) {
  const { SCALING_MEMORY_LIBRARY, LD_LIBRARY_PATH, ...rest } = process.env;
  const script = `
    import { libraryVersion, LibraryError } from 'scaling-memory';
    try {
      libraryVersion();
      const { loadBackend } = await import(new URL('./backend.js', import.meta.resolve('scaling-memory')));
      console.log(loadBackend().${what});
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

test('then the file beside the addon', (t) => {
  const { folder, copy } = copyPackage(t);
  const beside = path.join(copy, prebuilds, 'libllm.so.1');
  copyFileSync(loadBackend().libraryPath, beside);
  assert.equal(whichLibrary(folder), beside);
});

test('in Electron\'s archive nothing is loaded from it, but from what was unpacked beside it', { skip: noAddon }, (t) => {
  const { folder, copy } = copyPackage(t);
  const modules = path.join('node_modules', 'scaling-memory');
  const [archive, unpacked] = ['app.asar', 'app.asar.unpacked'].map((name) => path.join(folder, name, modules));
  cpSync(copy, archive, { recursive: true });
  cpSync(path.join(copy, prebuilds), path.join(unpacked, prebuilds), { recursive: true });
  rmSync(path.join(archive, prebuilds), { recursive: true });
  copyFileSync(loadBackend().libraryPath, path.join(unpacked, prebuilds, 'libllm.so.1'));
  const electron = path.join(folder, 'electron.cjs');
  writeFileSync(electron, "Object.defineProperty(process, 'versions', { value: { ...process.versions, electron: '40.0.0' } });");
  assert.equal(
    whichLibrary(path.join(folder, 'app.asar'), { flags: ['--require', electron], SCALING_MEMORY_BACKEND: 'addon' }),
    path.join(unpacked, prebuilds, 'libllm.so.1'),
  );
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

const SCALING_MEMORY_LIBRARY = loadBackend().libraryPath;

test('a Node without node:ffi takes the addon, and so does one whose permissions leave it out', { skip: noAddon }, (t) => {
  const { folder } = copyPackage(t);
  const settings = { what: 'name', SCALING_MEMORY_LIBRARY, SCALING_MEMORY_BACKEND: '' };
  assert.equal(whichLibrary(folder, { ...settings, flags: withoutFFI }), 'addon');
  if (!process.allowedNodeEnvironmentFlags.has('--allow-ffi')) return;
  const flags = ['--permission', '--allow-fs-read=*', '--allow-addons', '--disable-warning=SecurityWarning'];
  assert.equal(whichLibrary(folder, { ...settings, flags }), 'addon');
  assert.equal(whichLibrary(folder, { ...settings, flags: [...flags, '--allow-ffi'] }), 'ffi');
});

test('SCALING_MEMORY_BACKEND names the one to take', { skip: noAddon }, (t) => {
  const { folder } = copyPackage(t);
  const settings = { what: 'name', SCALING_MEMORY_LIBRARY };
  assert.equal(whichLibrary(folder, { ...settings, SCALING_MEMORY_BACKEND: 'addon' }), 'addon');
  if (process.getBuiltinModule?.('node:ffi')) {
    assert.equal(whichLibrary(folder, { ...settings, SCALING_MEMORY_BACKEND: 'ffi' }), 'ffi');
  }
  assert.match(
    whichLibrary(folder, { ...settings, SCALING_MEMORY_BACKEND: 'ffi', flags: withoutFFI }),
    /^true LibraryError .* tried \(SCALING_MEMORY_BACKEND\) ffi: this Node \(v\d+\..*\) has no node:ffi, which takes 26\.1 or newer/,
  );
  assert.equal(
    whichLibrary(folder, { ...settings, SCALING_MEMORY_BACKEND: 'wasm' }),
    'true LibraryError SCALING_MEMORY_BACKEND is "wasm": it takes ffi or addon',
  );
});

test('where neither is there, the error says what was tried and why it did not do', (t) => {
  const { folder, copy } = copyPackage(t, { carriesAddon: false });
  const said = whichLibrary(folder, { SCALING_MEMORY_LIBRARY, SCALING_MEMORY_BACKEND: '', flags: withoutFFI });
  assert.match(said, /^true LibraryError this process has no way to load libllm; tried ffi: .* has no node:ffi, .*; addon: the addon was not found; /);
  assert.ok(said.includes(path.join(copy, prebuilds, 'scaling-memory.node')), said);
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
