const TRY_LATER = 'Try again in a minute.';

const SENTENCES = {
  library: 'The native library libllm is missing: see "Install" in the README of this example.',
  configuration: 'No provider is set up, or not completely: set LLM_PROVIDER and its key before you start the app.',
  authentication: 'The provider does not accept the key: check it, then start the app again.',
  quota: 'The account at the provider has no credit left: top it up, or choose another provider.',
  not_found: 'The provider does not know this model: check the name, then start the app again.',
  context_length: 'The text is too long for this model: leave out what does not matter.',
  content_filtered: 'The provider refuses to work on this text.',
  rate_limited: `The provider has too much to do. ${TRY_LATER}`,
  local_limit: `Too many analyses were asked for. ${TRY_LATER}`,
  server: `Something went wrong at the provider. ${TRY_LATER}`,
  connection: 'The provider cannot be reached: check the connection to the internet.',
  timeout: `The provider took too long. ${TRY_LATER}`,
  truncated: 'The connection broke before the answer was complete. Try again.',
};

/** What the user can do about a failure: {status, retryAfterMs?}. */
export function advice({ status, retryAfterMs }) {
  if (retryAfterMs >= 1000 && (status === 'rate_limited' || status === 'server')) {
    return `The provider has too much to do. Try again in ${Math.ceil(retryAfterMs / 1000)} seconds.`;
  }
  return SENTENCES[status] ?? 'The analysis failed. Try again; what went wrong is below.';
}
