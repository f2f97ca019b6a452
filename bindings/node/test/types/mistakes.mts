// Compiled by types.test.js: each marked line, and no other, must be refused.
import { Client, LLMError } from '../../src/index.js';

const client = new Client({ provider: 'openai' });
new Client({ provider: 'openai', temprature: 1 }); // mistake: a field that does not exist
new Client({}); // mistake: no provider
client.complete(5); // mistake: no request
client.complete({ messages: 'x' }); // mistake: messages are an array
client.complete('x').content; // mistake: not awaited
client.stream('x'); // mistake: no callback
client.stream('x', async () => {}); // mistake: an async callback
client.stream('x', (event) => event.text); // mistake: not every event has text
client.analyze(); // mistake: no content
new LLMError(); // mistake: not for callers to make
(await client.complete('x')).finish_reason === 'done'; // mistake: no such reason
