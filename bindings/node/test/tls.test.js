/** Node exports its own OpenSSL, which libcurl then runs on: TLS must work all the same, beside Node's. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { ConnectionError } from '../src/index.js';
import { collect, openClient } from './support/client.js';
import { startProvider } from './support/provider.js';

const DEADLINE = { timeout: 60_000 };
let folder;
const file = (name) => path.join(folder, name);

before(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'scaling-memory-tls-'));
  for (const ca of ['ca', 'stranger']) {
    const subject = ['-subj', `/CN=${ca}`, '-addext', 'basicConstraints=critical,CA:TRUE'];
    openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', `${ca}.key`, '-out', `${ca}.pem`, ...subject);
  }
  openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost');
  writeFileSync(file('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  openssl('x509', '-req', '-in', 'server.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2',
    '-extfile', 'names', '-out', 'server.pem');
});
after(() => rmSync(folder, { recursive: true }));

function openssl(...args) {
  execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
}

const startSecureProvider = (t) => startProvider(t, { key: file('server.key'), cert: file('server.pem') });

test('ca_file makes an https provider trusted, for whole answers and streams', DEADLINE, async (t) => {
  const provider = await startSecureProvider(t);
  const settings = { ca_file: file('ca.pem') };
  assert.equal((await openClient(t, provider.url('answer'), settings).complete('x')).content, 'Four.');
  assert.equal((await openClient(t, provider.url('large/1000000'), settings).complete('x')).content.length, 1000000);
  assert.equal((await collect(openClient(t, provider.url('characters'), settings), 'x')).response.content, 'a\0bé€😀');
});

test('many new connections, mixed with Node\'s own', DEADLINE, async (t) => {
  const provider = await startSecureProvider(t);
  for (let i = 0; i < 50; i++) {
    // A header of its own asks the server to end the connection: the next call makes a new one.
    const client = openClient(t, provider.url('answer'), { ca_file: file('ca.pem'), headers: { connection: 'close' } });
    assert.equal((await client.complete('x')).content, 'Four.');
    if (i % 5 === 0) assert.equal(await statusOverNode(provider.url('answer')), 200);
    client.close();
  }
});

test('a certificate of another authority is refused, and the next call works', DEADLINE, async (t) => {
  const provider = await startSecureProvider(t);
  const wrong = openClient(t, provider.url('answer'), { ca_file: file('stranger.pem') });
  await assert.rejects(wrong.complete('x'), ConnectionError);
  const byDefault = openClient(t, provider.url('answer'));
  await assert.rejects(byDefault.complete('x'), ConnectionError);
  const right = openClient(t, provider.url('answer'), { ca_file: file('ca.pem') });
  assert.equal((await right.complete('x')).content, 'Four.');
});

test('HTTP/2 where it is asked for falls back to what the server speaks', DEADLINE, async (t) => {
  const provider = await startSecureProvider(t);
  const client = openClient(t, provider.url('answer'), { ca_file: file('ca.pem'), http2: true });
  assert.equal((await client.complete('x')).content, 'Four.');
});

function statusOverNode(url) {
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', ca: readFileSync(file('ca.pem')), agent: false };
    const request = https.request(url, options, (response) => response.resume().on('end', () => resolve(response.statusCode)));
    request.on('error', reject).end('{}');
  });
}
