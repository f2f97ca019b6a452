/**
 * What a runtime must do that is not Node, in one program for all of them: it is given a provider's address, and says "fine" when
 * everything was as expected. Then it ends by itself, with its client open.
 */
import assert from 'node:assert/strict';

import { AuthenticationError, CanceledError, Client, enableLogging } from '../../src/index.js';
import { loadBackend } from '../../src/backend.js';

const origin = process.argv[2];
const open = (behaviour, more = {}) =>
  new Client({
    provider: 'openai',
    api_key: 'sk-of-a-runtime',
    model: 'model-1',
    base_url: `${origin}/${behaviour}`,
    proxy: '',
    rate_limit: { per_minute: 0, per_hour: 0, max_concurrent: 0 },
    retry: { max_retries: 0 },
    ...more,
  });

assert.equal(loadBackend().name, 'addon');
assert.equal((await open('answer').complete('x')).content, 'Four.');

// Many at once, in both forms, each with its own events in their order.
const numbered = open('numbered/20');
const expected = (name) => Array.from({ length: 20 }, (_, i) => `${name}:${i} `).join('');
await Promise.all(
  Array.from({ length: 300 }, async (_, i) => {
    let text = '';
    if (i % 2) for await (const piece of numbered.stream(`s${i}`).text) text += piece;
    else await numbered.stream(`s${i}`, (event) => void (text += event.text ?? ''));
    assert.equal(text, expected(`s${i}`));
  }),
);

// Text as it was sent, and an event that needs a larger buffer.
assert.equal((await open('characters').stream('x').response).content, 'a\0bé€😀');
assert.equal((await open('streamed/200000').stream('x').response).content.length, 200_000);

// Failures, and calls that end early.
await assert.rejects(open('status/401').complete('x'), AuthenticationError);
await assert.rejects(open('silent').complete('x', { signal: AbortSignal.timeout(50) }), { name: 'TimeoutError' });
let count = 0;
await assert.rejects(open('endless').stream('x', () => ++count < 5), CanceledError);
assert.equal(count, 5);

// A reader that waits holds the provider up, and gets everything afterwards.
const flood = open('flood', { max_response_bytes: 2 ** 31 - 1 }).stream('x')[Symbol.asyncIterator]();
await new Promise((resolve) => setTimeout(resolve, 300));
let text = '';
while (text.length < 500_000) text += (await flood.next()).value.text;
assert.ok(text.startsWith('word0 word1 word2 '));
await flood.return();

const lines = [];
enableLogging('info', (line) => lines.push(line.msg));
await open('answer').complete('x');
while (!lines.includes('call finished')) await new Promise((resolve) => setTimeout(resolve, 1));
enableLogging('off');

console.log('fine');
