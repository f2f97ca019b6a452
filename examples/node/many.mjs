// Asks several questions at the same time and prints each answer when it is there. Ctrl-C ends those that still run.
//
//   LLM_PROVIDER=openai OPENAI_API_KEY=... OPENAI_MODEL=... node many.mjs "What is a thread?" "What is a process?"
import { Client, LLMError } from '../../bindings/node/src/index.js'; // installed: 'scaling-memory'

const given = process.argv.slice(2);
const questions = given.length > 0 ? given : ['What is a thread?', 'What is a process?', 'What is a signal?'];

const controller = new AbortController();
process.once('SIGINT', () => controller.abort());

const client = Client.fromEnv();
await Promise.all(questions.map(ask));
const { calls, latency_ms } = client.stats();
console.log(`${calls.succeeded} of ${calls.started} answered; p50 ${latency_ms.p50?.toFixed(0) ?? '?'} ms`);

async function ask(question) {
  try {
    const messages = [{ role: 'user', content: question }];
    const { content } = await client.complete({ messages, max_tokens: 200 }, { signal: controller.signal });
    console.log(`${question}\n${content}\n`);
  } catch (error) {
    if (!(error instanceof LLMError) && error.name !== 'AbortError') throw error;
    console.error(`${error.status ?? 'stopped'}: ${error.message}`);
    process.exitCode = 1;
  }
}
