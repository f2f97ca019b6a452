// Reads a text from standard input and prints its analysis.
//
//   LLM_PROVIDER=openai OPENAI_API_KEY=... OPENAI_MODEL=... node analyze.mjs "Which errors repeat?" < server.log
import { readFileSync } from 'node:fs';

import { Client, LLMError } from '../../bindings/node/src/index.js'; // installed: 'scaling-memory'

const instruction = process.argv[2]; // absent: a summary with the key points

try {
  const client = Client.fromEnv();
  const content = readFileSync(process.stdin.fd, 'utf8');
  const response = await client.analyze(content, instruction, { max_tokens: 500 });
  console.log(response.content);
} catch (error) {
  if (!(error instanceof LLMError)) throw error;
  console.error(`${error.status}: ${error.message}`);
  process.exitCode = 1;
}
