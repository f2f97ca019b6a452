// Prints an answer while it comes, then a line about it.
//
//   LLM_PROVIDER=anthropic ANTHROPIC_API_KEY=... ANTHROPIC_MODEL=... node stream.mjs "Tell me about the sea."
import { Client, LLMError } from '../../bindings/node/src/index.js'; // installed: 'scaling-memory'

const prompt = process.argv[2] ?? 'What is a dynamic library? Answer in one sentence.';

try {
  const client = Client.fromEnv();
  const stream = client.stream(prompt);
  for await (const text of stream.text) process.stdout.write(text); // break to stop
  console.log(`\n\n${summary(await stream.response)}`);
} catch (error) {
  if (!(error instanceof LLMError)) throw error;
  console.error(`${error.status}: ${error.message}`);
  process.exitCode = 1;
}

function summary({ provider, model, usage, time_to_first_event_ms, latency_ms }) {
  const tokens = `${usage?.input_tokens ?? '?'} tokens in, ${usage?.output_tokens ?? '?'} out`;
  const timings = `first after ${milliseconds(time_to_first_event_ms)}, all after ${milliseconds(latency_ms)}`;
  return `[${provider}, ${model}: ${tokens}; ${timings}]`;
}

function milliseconds(value) {
  return value === undefined ? '?' : `${value.toFixed(1)} ms`;
}
