// One conversation over two providers: the first answers, the second judges the answer. Only the name differs.
//
//   OPENAI_API_KEY=... OPENAI_MODEL=... ANTHROPIC_API_KEY=... ANTHROPIC_MODEL=... node switch_provider.mjs "Why is the sky blue?"
import { Client, LLMError } from '../../bindings/node/src/index.js'; // installed: 'scaling-memory'

const messages = [{ role: 'user', content: process.argv[2] ?? 'What is a dynamic library? Answer in one sentence.' }];

try {
  for (const provider of ['openai', 'anthropic']) {
    const client = Client.fromEnv(provider);
    const response = await client.complete(messages);
    console.log(`${response.provider} (${response.model}): ${response.content}\n`);
    // The message goes back as it is, to whichever provider is next.
    messages.push(response.message, { role: 'user', content: 'Is this right? Answer in one sentence.' });
  }
} catch (error) {
  if (!(error instanceof LLMError)) throw error;
  console.error(`${error.status}: ${error.message}`);
  process.exitCode = 1;
}
