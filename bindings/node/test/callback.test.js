/** Streams with a callback. */
import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { CanceledError, TruncatedError } from '../src/index.js';
import { openClient } from './support/client.js';
import { startProvider } from './support/provider.js';

const DEADLINE = { timeout: 60_000 };

test('returning false cancels, or a Promise of it', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const client = openClient(t, provider.url('endless'));
  for (const onEvent of [() => ++calls < 3, async () => (await sleep(1), ++calls < 3)]) {
    var calls = 0;
    await assert.rejects(client.stream('x', onEvent), (error) => {
      assert.ok(error instanceof CanceledError);
      assert.match(error.partial.content, /^word0 word1 /);
      return true;
    });
    assert.equal(calls, 3);
  }
  await provider.saw('connection closed');
});

test('only false cancels', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const client = openClient(t, provider.url('characters'));
  for (const returned of [undefined, null, 0, '', NaN, true, 1, {}, Promise.resolve(), Promise.resolve(0)]) {
    assert.equal((await client.stream('x', () => returned)).content, 'a\0bé€😀');
  }
});

test('false at the response does not matter', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const response = await openClient(t, provider.url('characters')).stream('x', (event) => event.kind !== 'response');
  assert.equal(response.content, 'a\0bé€😀');
});

test('what the callback throws cancels and is thrown again, whatever it is', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const client = openClient(t, provider.url('endless'));
  for (const thrown of [new RangeError('mine'), undefined, null, 'text']) {
    for (const onEvent of [() => { throw thrown; }, () => Promise.reject(thrown)]) {
      const callback = t.mock.fn(onEvent);
      let caught = 'nothing';
      try {
        await client.stream('x', callback);
      } catch (value) {
        caught = value;
      }
      assert.equal(caught, thrown);
      assert.equal(callback.mock.callCount(), 1);
    }
  }
  await provider.saw('connection closed');
});

test('a callback that exhausts the stack throws the RangeError', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const client = openClient(t, provider.url('characters'));
  const recurse = () => recurse() + 1;
  await assert.rejects(client.stream('x', recurse), RangeError);
  assert.equal((await client.stream('x', () => {})).content, 'a\0bé€😀');
});

test('what the callback throws at the response is thrown as well', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const mine = new Error('mine');
  const onEvent = (event) => {
    if (event.kind === 'response') throw mine;
  };
  await assert.rejects(openClient(t, provider.url('characters')).stream('x', onEvent), (error) => error === mine);
});

test('a callback that returns a Promise is not called again before that is resolved, and the response waits too', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  let running = 0;
  let text = '';
  const response = await openClient(t, provider.url('numbered/10')).stream('x', async (event) => {
    assert.equal(++running, 1);
    await sleep(event.kind === 'response' ? 20 : 2);
    text += event.text ?? '.';
    running--;
  });
  assert.equal(running, 0);
  assert.equal(text, `${response.content}.`);
});

test('a slow callback holds the provider up', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const client = openClient(t, provider.url('flood'), { max_response_bytes: 2 ** 31 - 1 });
  const held = provider.saw('held up');
  await assert.rejects(client.stream('x', async () => (await held, false)), CanceledError);
  assert.ok((await held).count < 200_000);
});

test('the callback has the async context of the call', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const client = openClient(t, provider.url('characters'));
  const storage = new AsyncLocalStorage();
  const seen = await Promise.all(
    ['one', 'two'].map((name) =>
      storage.run(name, async () => {
        const names = new Set();
        await client.stream('x', () => void names.add(storage.getStore()));
        return [...names];
      }),
    ),
  );
  assert.deepEqual(seen, [['one'], ['two']]);
});

test('an error of a stream inside the callback stays there', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const outer = openClient(t, provider.url('characters'));
  const broken = openClient(t, provider.url('truncated/7'));
  let caught;
  const { content } = await outer.stream('x', async () => {
    await broken.stream('y', () => {}).catch((error) => (caught = error));
  });
  assert.ok(caught instanceof TruncatedError);
  assert.equal(content, 'a\0bé€😀');
});

test('what is wrong with the arguments rejects, and nothing is sent', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const client = openClient(t, provider.url('characters'));
  await assert.rejects(client.stream(5, () => {}), { name: 'TypeError', message: /^request must be/ });
  await assert.rejects(client.stream('x', () => {}, { signal: 5 }), { name: 'TypeError', message: 'signal must be an AbortSignal' });
  await client.stream('the first', () => {});
  assert.equal((await provider.saw('request')).body.messages[0].content, 'the first');
});
