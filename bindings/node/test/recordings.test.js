/** What real providers sent, read through the whole way: HTTP, libllm, node:ffi, objects. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { LLMError } from '../src/index.js';
import { collect, openClient } from './support/client.js';
import { recordingsOf, startReplay } from './support/replay.js';

const WIRES = { 'openai-chat': 'openai', 'openai-responses': 'openai-responses', anthropic: 'anthropic', gemini: 'gemini' };
const REQUEST = {
  messages: [{ role: 'user', content: 'x' }],
  max_tokens: 64,
  // replay.py writes head and body apart, for which TCP makes a kept connection wait 40 ms.
  headers: { connection: 'close' },
};

for (const [wire, provider] of Object.entries(WIRES)) {
  const recordings = recordingsOf(wire).filter((recording) => recording.expect !== null);
  const ask = (t, replay, { name }, call) => call(openClient(t, replay.url(name), { provider }));

  describe(wire, () => {
    for (const split of [0, 1]) {
      test(`streams read as expected, ${split ? 'byte by byte' : 'whole'}`, async (t) => {
        const replay = await startReplay(t, { split });
        const streams = recordings.filter(({ stream, response }) => stream && response.status === 200);
        assert.ok(streams.length > 0);
        for (const recording of streams) {
          const { events, response } = await ask(t, replay, recording, (client) => collect(client, REQUEST));
          checkResponse(recording, response);
          checkEvents(recording, events, response);
        }
        t.diagnostic(`${streams.length} of ${streams.length} streams`);
      });
    }

    test('whole answers read as expected', async (t) => {
      const replay = await startReplay(t);
      const answers = recordings.filter(({ stream, response }) => !stream && response.status === 200);
      assert.ok(answers.length > 0);
      for (const recording of answers) {
        checkResponse(recording, await ask(t, replay, recording, (client) => client.complete(REQUEST)));
      }
      t.diagnostic(`${answers.length} of ${answers.length} answers`);
    });

    test('errors are thrown with their HTTP status', async (t) => {
      const replay = await startReplay(t);
      const errors = recordings.filter(({ expect }) => expect.error);
      assert.ok(errors.length > 0);
      for (const recording of errors) {
        for (const call of [(client) => client.complete(REQUEST), (client) => collect(client, REQUEST)]) {
          await assert.rejects(
            ask(t, replay, recording, call),
            (error) => error instanceof LLMError && error.httpStatus === recording.expect.status,
            recording.name,
          );
        }
      }
    });
  });
}

function checkResponse({ name, expect }, response) {
  if ('content' in expect) assert.equal(response.content, expect.content, name);
  if ('finish_reason' in expect) assert.equal(response.finish_reason, expect.finish_reason, name);
  for (const count of ['input_tokens', 'output_tokens']) {
    if (count in expect) assert.equal(response.usage[count], expect[count], `${name}: ${count}`);
  }
  if ('tool_calls' in expect) {
    const calls = (response.message.tool_calls ?? []).map((call) => call.function);
    assert.deepEqual(calls.map(parsedArguments), expect.tool_calls.map(parsedArguments), name);
  }
}

/** The events add up to the response, in this order: pieces, whole tool calls, the response as the last. */
function checkEvents({ name }, events, response) {
  const of = (kind) => events.filter((event) => event.kind === kind);
  const text = (kind) => of(kind).map((event) => event.text).join('');
  assert.equal(text('text'), response.content ?? '', name);
  assert.equal(text('reasoning'), response.reasoning ?? '', name);

  const pieces = new Map();
  for (const { index, arguments: piece = '' } of of('toolCallDelta')) {
    pieces.set(index, (pieces.get(index) ?? '') + piece);
  }
  const calls = of('toolCall');
  for (const call of calls) assert.deepEqual(valueOf(pieces.get(call.index) || '{}'), valueOf(call.arguments), name);
  assert.deepEqual(
    calls.map(({ id, name: tool, arguments: text }) => ({ id, type: 'function', function: { name: tool, arguments: text } })),
    response.message.tool_calls ?? [],
    name,
  );

  assert.equal(of('response').length, 1, name);
  assert.deepEqual(events.at(-1), { kind: 'response', response }, name);
}

/** Arguments as values, whose spelling does not matter; as text where the answer was cut inside them. */
function parsedArguments({ name, arguments: given }) {
  return { name, arguments: typeof given === 'string' ? valueOf(given) : given };
}

function valueOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
