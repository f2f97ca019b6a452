// Compiled by types.test.js: each marked line, and no other, must be refused.
import { Client, LLMError } from '../../src/index.js';

const client = new Client({ provider: 'openai' });
new Client({ provider: 'openai', temprature: 1 }); // mistake: a field that does not exist
new Client({}); // mistake: no provider
client.complete(5); // mistake: no request
client.complete({ messages: 'x' }); // mistake: messages are an array
client.complete('x').content; // mistake: not awaited
client.stream('x').content; // mistake: a stream is no response
client.stream('x', () => {}).text; // mistake: with a callback it is no stream
client.stream('x', () => 'text'); // mistake: a callback that returns neither nothing nor a boolean
client.complete('x', { max_tokens: 5 }); // mistake: fields of the request belong in the request
client.complete('x', { signal: new AbortController() }); // mistake: not the signal
client.embed([[1, 2]]); // mistake: no texts
client.stats().latency_ms.p42; // mistake: no such percentile
new Client({ provider: 'openai', retry: { strategy: 'random' } }); // mistake: no such strategy
client.stream('x', (event) => event.text); // mistake: not every event has text
client.analyze(); // mistake: no content
new LLMError(); // mistake: not for callers to make
(await client.complete('x')).finish_reason === 'done'; // mistake: no such reason
