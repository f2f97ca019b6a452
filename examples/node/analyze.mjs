// Analyzes a text file after an instruction. Without a file, it reads standard input.
//
//   LLM_PROVIDER=openai OPENAI_API_KEY=... OPENAI_MODEL=... node analyze.mjs server.log "Which errors repeat?"
import { readFileSync } from 'node:fs';

import { Client, LLMError } from '../../bindings/node/src/index.js'; // installed: 'scaling-memory'

const [file, instruction] = process.argv.slice(2); // without an instruction: a summary with the key points

try {
  using client = Client.fromEnv();
  const content = readFileSync(file ?? process.stdin.fd, 'utf8');
  const response = await client.analyze(content, instruction, { max_tokens: 500 });
  console.log(response.content);
} catch (error) {
  if (!(error instanceof LLMError)) throw error;
  console.error(`${error.status}: ${error.message}`);
  process.exitCode = 1;
}
