import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CanceledError, TruncatedError } from '../src/index.js';
import { collect, openClient } from './support/client.js';
import { startProvider } from './support/provider.js';

const DEADLINE = { timeout: 60_000 };

test('events come while the answer is still being written', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  let text = '';
  assert.throws(
    () =>
      openClient(t, provider.url('endless')).stream('x', (event) => {
        text += event.text;
        return !text.includes('word9');
      }),
    CanceledError,
  );
  assert.match(text, /^word0 word1 word2 word3 /);
});

test('text keeps NUL and every character', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const { events, response } = collect(openClient(t, provider.url('characters')), 'x');
  assert.equal(response.content, 'a\0bé€😀');
  assert.equal(events.slice(0, -1).map((event) => event.text).join(''), 'a\0bé€😀');
});

test('the response is the last event\'s', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const { events, response } = collect(openClient(t, provider.url('characters')), 'x');
  assert.deepEqual(events.at(-1), { kind: 'response', response });
  assert.equal(typeof response.time_to_first_event_ms, 'number');
});

test('returning false cancels: the connection goes, and what had come is in the error', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  let calls = 0;
  assert.throws(
    () => openClient(t, provider.url('endless')).stream('x', () => ++calls < 3),
    (error) => {
      assert.ok(error instanceof CanceledError);
      assert.equal(error.status, 'canceled');
      assert.match(error.partial.content, /^word0 word1 /);
      return true;
    },
  );
  assert.equal(calls, 3);
  await provider.saw('connection closed');
});

test('only false cancels', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const client = openClient(t, provider.url('characters'));
  for (const returned of [undefined, null, 0, '', NaN, true, 1, {}]) {
    assert.equal(client.stream('x', () => returned).content, 'a\0bé€😀');
  }
});

test('false at the response does not matter', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const response = openClient(t, provider.url('characters')).stream('x', (event) => event.kind !== 'response');
  assert.equal(response.content, 'a\0bé€😀');
});

test('what the callback throws cancels and is thrown again, whatever it is', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const client = openClient(t, provider.url('endless'));
  for (const thrown of [new RangeError('mine'), undefined, null, 'text']) {
    let calls = 0;
    let caught = 'nothing';
    try {
      client.stream('x', () => {
        calls++;
        throw thrown;
      });
    } catch (value) {
      caught = value;
    }
    assert.equal(caught, thrown);
    assert.equal(calls, 1);
  }
  await provider.saw('connection closed');
});

test('a callback that exhausts the stack throws the RangeError', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const client = openClient(t, provider.url('characters'));
  const recurse = () => recurse() + 1;
  assert.throws(() => client.stream('x', recurse), RangeError);
  assert.equal(client.stream('x', () => {}).content, 'a\0bé€😀');
});

test('what the callback throws at the response is thrown as well', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const mine = new Error('mine');
  const onEvent = (event) => {
    if (event.kind === 'response') throw mine;
  };
  assert.throws(() => openClient(t, provider.url('characters')).stream('x', onEvent), (error) => error === mine);
});

test('an async callback is a TypeError before anything is sent', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const client = openClient(t, provider.url('characters'));
  assert.throws(() => client.stream('async', async () => {}), { name: 'TypeError', message: /must not be async/ });
  assert.throws(() => client.stream('none'), { name: 'TypeError', message: /onEvent must be a function/ });
  client.stream('the first', () => {});
  assert.equal((await provider.saw('request')).body.messages[0].content, 'the first');
});

test('a callback that returns a Promise is a TypeError, and the Promise may fail', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const client = openClient(t, provider.url('endless'));
  const onEvent = () => Promise.reject(new Error('must not end the process'));
  assert.throws(() => client.stream('x', onEvent), { name: 'TypeError', message: /return a Promise/ });
  await provider.saw('connection closed');
});

test('the callback may make calls of its own', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const outer = openClient(t, provider.url('characters'));
  const inner = openClient(t, provider.url('answer'));
  const answers = [];
  const { content } = outer.stream('x', (event) => {
    if (event.kind === 'text') answers.push(inner.complete('y').content);
    else answers.push(collect(outer, 'z').response.content);
  });
  assert.equal(content, 'a\0bé€😀');
  assert.ok(answers.length >= 2);
  assert.equal(answers.at(-1), content);
  assert.ok(answers.slice(0, -1).every((answer) => answer === 'Four.'));
});

test('an error inside the callback\'s own stream stays there', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const outer = openClient(t, provider.url('characters'));
  const broken = openClient(t, provider.url('truncated/7'));
  let caught;
  const { content } = outer.stream('x', () => {
    try {
      broken.stream('y', () => {});
    } catch (error) {
      caught = error;
    }
  });
  assert.ok(caught instanceof TruncatedError);
  assert.equal(content, 'a\0bé€😀');
});

test('close() in the callback ends the stream', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  const client = openClient(t, provider.url('endless'));
  assert.throws(() => client.stream('x', () => client.close()), CanceledError);
  await provider.saw('connection closed');
});

test('a stream that ends early is an error with what had come', DEADLINE, async (t) => {
  const provider = await startProvider(t);
  assert.throws(
    () => openClient(t, provider.url('truncated/7')).stream('x', () => {}),
    (error) => error instanceof TruncatedError && error.partial.content === 'xxxxxxx',
  );
});
