/** What holds for a stream, whichever way it is read. The two ways are in iterate.test.js and callback.test.js. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CanceledError, TruncatedError } from '../src/index.js';
import { collect, openClient } from './support/client.js';
import { startProvider } from './support/provider.js';

const DEADLINE = { timeout: 60_000 };

/** Both ways to read a stream, with `onEvent` for each event: false leaves. Give the response. */
const WAYS = {
  'for await': async (client, onEvent, options) => {
    const stream = client.stream('x', options);
    for await (const event of stream) if (onEvent(event) === false) break;
    return stream.response;
  },
  'a callback': (client, onEvent, options) => client.stream('x', onEvent, options),
};

for (const [way, read] of Object.entries(WAYS)) {
  test(`${way}: events come while the answer is still being written, and leaving closes the connection`, DEADLINE, async (t) => {
    const provider = await startProvider(t);
    let text = '';
    await assert.rejects(
      read(openClient(t, provider.url('endless')), (event) => {
        text += event.text;
        return !text.includes('word9');
      }),
      (error) => error instanceof CanceledError && error.status === 'canceled' && /^word0 word1 /.test(error.partial.content),
    );
    assert.match(text, /^word0 word1 word2 word3 /);
    await provider.saw('connection closed');
  });

  test(`${way}: text keeps NUL and every character, and the response is the last event's`, DEADLINE, async (t) => {
    const provider = await startProvider(t);
    const events = [];
    const response = await read(openClient(t, provider.url('characters')), (event) => void events.push(event));
    assert.equal(response.content, 'a\0bé€😀');
    assert.equal(events.slice(0, -1).map((event) => event.text).join(''), 'a\0bé€😀');
    assert.deepEqual(events.at(-1), { kind: 'response', response });
    assert.equal(typeof response.time_to_first_event_ms, 'number');
  });

  test(`${way}: a stream that ends early is an error with what had come, after it`, DEADLINE, async (t) => {
    const provider = await startProvider(t);
    let text = '';
    await assert.rejects(
      read(openClient(t, provider.url('truncated/7')), (event) => void (text += event.text)),
      (error) => error instanceof TruncatedError && error.partial.content === 'xxxxxxx',
    );
    assert.equal(text, 'xxxxxxx');
  });

  test(`${way}: ten thousand events arrive whole and in order`, DEADLINE, async (t) => {
    const provider = await startProvider(t);
    let text = '';
    const { content } = await read(openClient(t, provider.url('numbered/10000')), (event) => {
      if (event.kind === 'text') text += event.text;
    });
    assert.equal(text, Array.from({ length: 10000 }, (_, i) => `x:${i} `).join(''));
    assert.equal(content, text);
  });

  test(`${way}: close() ends the stream`, DEADLINE, async (t) => {
    const provider = await startProvider(t);
    const client = openClient(t, provider.url('endless'));
    await assert.rejects(read(client, () => client.close()), CanceledError);
    await provider.saw('connection closed');
  });

  test(`${way}: calls may be made for each event`, DEADLINE, async (t) => {
    const provider = await startProvider(t);
    const outer = openClient(t, provider.url('characters'));
    const inner = openClient(t, provider.url('answer'));
    const calls = [];
    const { content } = await read(outer, (event) => void calls.push(event.kind === 'text' ? inner.complete('y') : collect(outer, 'z')));
    assert.equal(content, 'a\0bé€😀');
    const answers = await Promise.all(calls);
    assert.ok(answers.length >= 2);
    assert.equal(answers.at(-1).response.content, content);
    assert.ok(answers.slice(0, -1).every((answer) => answer.content === 'Four.'));
  });
}

test('a thousand streams at the same time: no event is lost, and none is out of order', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const client = openClient(t, provider.url('numbered/20'));
  const read = async (name, way) => {
    let text = '';
    if (way) await client.stream(name, (event) => void (text += event.text ?? ''));
    else for await (const piece of client.stream(name).text) text += piece;
    return text;
  };
  const names = Array.from({ length: 1000 }, (_, i) => `s${i}`);
  const texts = await Promise.all(names.map((name, i) => read(name, i % 2)));
  for (const [index, name] of names.entries()) {
    assert.equal(texts[index], Array.from({ length: 20 }, (_, i) => `${name}:${i} `).join(''));
  }
});

test('a stream that nobody reads is held up, alone, and goes on when it is read', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const client = openClient(t, provider.url('flood'), { max_response_bytes: 2 ** 31 - 1 });
  const stream = client.stream('x');
  const events = stream[Symbol.asyncIterator]();
  const { count } = await provider.saw('held up');
  assert.ok(count < 200_000, `${count} events were written`);
  assert.equal((await openClient(t, provider.url('answer')).complete('x')).content, 'Four.');

  let expected = '';
  let text = '';
  for (let i = 0; text.length < 1_000_000 || i < count; i++) {
    const { value } = await events.next();
    text += value.text;
  }
  for (let i = 0; expected.length < text.length; i++) expected += `word${i} `;
  assert.ok(expected.startsWith(text), 'in order, and nothing is missing');
  await events.return();
  await provider.saw('connection closed');
});
