// Prints an answer while it comes, on Deno. Ctrl-C ends the call, and what has come so far stays.
//
//   LLM_PROVIDER=openai OPENAI_API_KEY=... OPENAI_MODEL=... \
//   deno run --allow-env --allow-read --allow-ffi stream.ts "Tell me about the sea."
//
// The package is the one for Node. Deno loads its addon, for which --allow-ffi is; the network is libllm's own.
import { Client, LLMError } from '../../bindings/node/src/index.js'; // installed: 'npm:scaling-memory'

const prompt = Deno.args[0] ?? 'What is a dynamic library? Answer in one sentence.';
const interrupted = new AbortController();
Deno.addSignalListener('SIGINT', () => interrupted.abort());

const answer = Deno.stdout.writable.getWriter();
const encoder = new TextEncoder();
try {
  const client = Client.fromEnv();
  const stream = client.stream(prompt, { signal: interrupted.signal });
  for await (const text of stream.text) await answer.write(encoder.encode(text)); // break to stop
  const { usage, model } = await stream.response;
  console.log(`\n\n[${model}: ${usage?.output_tokens ?? '?'} tokens]`);
  Deno.exit(0); // the signal's listener would keep the process running
} catch (error) {
  if (error instanceof LLMError) console.error(`${error.status}: ${error.message}`);
  else if (error instanceof DOMException && error.name === 'AbortError') console.error('\nstopped');
  else throw error;
  Deno.exit(1);
}
