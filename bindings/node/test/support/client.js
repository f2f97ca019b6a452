/** Clients for tests, closed when the test ends. */
import { Client } from '../../src/index.js';

/** A key that must never be seen anywhere but in a request's header. */
export const KEY = 'sk-never-to-be-shown-7f3a';

/** A client of OpenAI's wire (or another, by `provider`) at `base_url`, without retries and limits. */
export function openClient(t, base_url, settings = {}) {
  const client = new Client({
    provider: 'openai',
    api_key: KEY,
    model: 'model-1',
    proxy: '',
    retry: { max_retries: 0 },
    rate_limit: { per_minute: 0, per_hour: 0, max_concurrent: 0, adaptive: false },
    ...settings,
    base_url,
  });
  t.after(() => client.close());
  return client;
}

/** Streams and collects: the events that came and the response. */
export async function collect(client, request) {
  const events = [];
  const stream = client.stream(request);
  for await (const event of stream) events.push(event);
  return { events, response: await stream.response };
}
