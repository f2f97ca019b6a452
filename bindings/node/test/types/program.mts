// Compiled by types.test.js, not run.
import {
  CanceledError,
  Client,
  ClosedError,
  InvalidArgumentError,
  LibraryError,
  LLMError,
  RateLimitError,
  ResponseStream,
  TimeoutError,
  enableLogging,
  libraryVersion,
  type Config,
  type EmbeddingList,
  type EmbeddingRequest,
  type Message,
  type Model,
  type Request,
  type Response,
  type Stats,
  type StreamEvent,
  type Tool,
} from '../../src/index.js';

const config: Config = {
  provider: 'openai',
  api_key_env: 'OPENAI_API_KEY',
  base_url: 'https://api.openai.com/v1',
  model: 'm',
  max_tokens: 100,
  temperature: 0.5,
  timeout: { connect_ms: 1, first_byte_ms: 2, idle_ms: 3, total_ms: 4 },
  rate_limit: { per_minute: 1, per_hour: 2, tokens_per_minute: 3, max_concurrent: 4, max_wait_ms: 5, burst: 6, scope: 'client', adaptive: false },
  retry: { strategy: 'fixed', max_retries: 1, initial_delay_ms: 2, max_delay_ms: 3, max_server_wait_ms: 4 },
  drop_unsupported: true,
  sanitize: false,
  headers: { a: 'b' },
  proxy: '',
  ca_file: '/ca.pem',
  http2: true,
  allow_insecure_http: false,
  max_response_bytes: 1,
  max_event_bytes: 1,
};

const tools: Tool[] = [
  { type: 'function', function: { name: 'f', parameters: { type: 'object', properties: { a: { type: 'string' } } } } },
];
const messages: Message[] = [
  { role: 'system', content: 's' },
  { role: 'user', content: [{ type: 'text', text: 'x' }] },
  { role: 'assistant', content: null, tool_calls: [{ id: '1', type: 'function', function: { name: 'f', arguments: '{}' } }] },
  { role: 'tool', tool_call_id: '1', content: '4' },
];
const requests: Request[] = [
  'text',
  messages,
  {
    messages,
    tools,
    tool_choice: { type: 'function', function: { name: 'f' } },
    response_format: { type: 'json_object' },
    reasoning: { effort: 'low' },
    stop: ['a'],
    extra: { any: [1, null, { deep: true }] },
    timeout: { total_ms: 1 },
    call_id: 'c',
  },
];

export async function everything(): Promise<string> {
  const client = new Client(config);
  new Client().close();
  Client.fromEnv()[Symbol.dispose]();
  Client.fromEnv('anthropic');

  for (const request of requests) {
    const response: Response = await client.complete(request);
    messages.push(response.message);
    const tokens: number | undefined = response.usage?.input_tokens;
    const calls = response.message.tool_calls?.map((call) => call.function.name);
    console.log(response.content.length, tokens, calls, response.finish_reason === 'stop');
  }

  const seen: StreamEvent[] = [];
  const response = await client.stream('x', (event) => {
    seen.push(event);
    switch (event.kind) {
      case 'text':
      case 'reasoning':
        return event.text.length < 5;
      case 'toolCallDelta':
        return event.arguments === undefined;
      case 'toolCall':
        JSON.parse(event.arguments);
        return;
      case 'response':
        event.response.content.trim();
    }
  });
  await client.stream('x', () => {});
  await client.stream('x', async (event) => event.kind !== 'text', { signal: new AbortController().signal });

  const { signal } = new AbortController();
  const stream: ResponseStream = client.stream(messages, { signal });
  for await (const event of stream) if (event.kind === 'reasoning') break;
  for await (const text of client.stream('x').text) text.trim();
  const whole: Response = await stream.response;
  stream.cancel();
  stream[Symbol.dispose]();
  await stream[Symbol.asyncDispose]();
  await client.complete('x', { signal });
  await client.analyze('content', null, { signal, temperature: 0 });

  const inputs: EmbeddingRequest[] = ['text', ['a', 'b'], { input: ['a'], model: 'm', dimensions: 256, encoding_format: 'base64' }];
  const list: EmbeddingList = await client.embed(inputs[0] ?? '', { signal });
  console.log(list.embeddings[0]?.[0]?.toFixed(2), list.usage?.input_tokens, whole.attempts);

  const stats: Stats = client.stats();
  console.log(stats.calls.in_flight, stats.retries.total, stats.retries.rate_limited, stats.latency_ms.p99, stats.queue.wait_ms.mean);
  enableLogging('debug', (line) => console.log(line.level, line.msg.length, line.call_id, line.anything));
  enableLogging('off');
  await client[Symbol.asyncDispose]();

  await client.analyze('content');
  await client.analyze('content', 'instruction', { max_tokens: 1 });
  const models: Model[] = (await client.listModels({ timeout: { total_ms: 1 } })).models;
  const health = await client.healthCheck();
  console.log(models[0]?.id, health.healthy, health.error?.message, client.closed, libraryVersion());
  return response.content;
}

export function explain(error: unknown): string {
  if (error instanceof RateLimitError) return `wait ${error.retryAfterMs ?? 0} ms, ${error.status}`;
  if (error instanceof TimeoutError) return `after ${error.attempts} attempts`; // still told apart from the one above
  if (error instanceof CanceledError) return error.partial?.content ?? '';
  if (error instanceof ClosedError) return error.message;
  if (error instanceof InvalidArgumentError) return error.message;
  if (error instanceof LLMError) return `${error.code} ${error.httpStatus} ${error.providerCode} ${error.retryable}`;
  if (error instanceof LibraryError) return error.searched.join();
  return 'unknown';
}
