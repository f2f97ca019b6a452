// Prints an answer while it comes, on Bun. Ctrl-C ends the call, and what has come so far stays.
//
//   LLM_PROVIDER=openai OPENAI_API_KEY=... OPENAI_MODEL=... bun run stream.ts "Tell me about the sea."
//
// The package is the one for Node. Bun loads its addon.
import { Client, LLMError } from '../../bindings/node/src/index.js'; // installed: 'scaling-memory'

const prompt = Bun.argv[2] ?? 'What is a dynamic library? Answer in one sentence.';
const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort());

const answer = Bun.stdout.writer();
try {
  const client = Client.fromEnv();
  const stream = client.stream(prompt, { signal: interrupted.signal });
  for await (const text of stream.text) {
    answer.write(text); // break to stop
    await answer.flush();
  }
  const { usage, model } = await stream.response;
  console.log(`\n\n[${model}: ${usage?.output_tokens ?? '?'} tokens]`);
} catch (error) {
  if (error instanceof LLMError) console.error(`${error.status}: ${error.message}`);
  else if (error instanceof DOMException && error.name === 'AbortError') console.error('\nstopped');
  else throw error;
  process.exitCode = 1;
}
