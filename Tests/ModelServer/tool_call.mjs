// A tool call goes round: `node tool_call.mjs URL PROVIDER`. Prints the call's arguments, and what the model says to the
// result.
import { Client } from '../../bindings/node/src/index.js';

const [baseURL, provider] = process.argv.slice(2);
const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const tools = [
  { type: 'function', function: { name: 'get_weather', description: 'Tells the weather in a city', parameters } },
];
const messages = [{ role: 'user', content: 'What is the weather in Paris?' }];

const settings = { model: 'SmolLM2-135M', max_tokens: 60, temperature: 0, api_key: 'none' };
using client = new Client({ provider, base_url: baseURL, ...settings });
const first = await client.complete({ messages, tools });
const [call] = first.message.tool_calls;
const second = await client.complete({
  messages: [...messages, first.message, { role: 'tool', tool_call_id: call.id, content: '17 degrees, rain' }],
  tools,
});
console.log(JSON.stringify({ arguments: call.function.arguments, content: second.content }));
