// Asks once and prints the whole answer.
//
//   LLM_PROVIDER=openai OPENAI_API_KEY=... OPENAI_MODEL=... node complete.mjs "What is 2+2?"
import { Client, LLMError } from '../../bindings/node/src/index.js'; // installed: 'scaling-memory'

const prompt = process.argv[2] ?? 'What is a dynamic library? Answer in one sentence.';

try {
  const client = Client.fromEnv();
  const response = await client.complete({
    messages: [
      { role: 'system', content: 'You answer briefly.' },
      { role: 'user', content: prompt },
    ],
    max_tokens: 200,
  });
  console.log(response.content);
} catch (error) {
  if (!(error instanceof LLMError)) throw error;
  console.error(`${error.status}: ${error.message}`);
  process.exitCode = 1;
}
