/** Where the tests find the rest of the checkout. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../..');

/** The recorded provider exchanges, which are not part of the repository. */
export const recordings = process.env.LLM_RECORDINGS
  ? path.resolve(process.env.LLM_RECORDINGS)
  : path.resolve(root, '..', 'shared', 'recordings');

/** The program that serves them. */
export const replayProgram = path.resolve(recordings, '..', 'tools', 'replay.py');

/** Throws a sentence that a person can act on. */
export function requireRecordings() {
  for (const needed of [recordings, replayProgram]) {
    if (!existsSync(needed)) {
      throw new Error(`${needed} is missing: set LLM_RECORDINGS to the folder of the recorded exchanges`);
    }
  }
}
