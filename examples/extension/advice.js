const TRY_LATER = 'Try again in a minute.';

const SENTENCES = {
  host_missing: 'The program that talks to the provider is not installed for this browser: run host/install.py of this extension, then try again.',
  host_ended: 'The program that talks to the provider has ended. Try again; if that does not help, its last words are in the browser\'s log.',
  configuration: 'No provider is set up, or not completely: see provider.json in the README of this extension.',
  authentication: 'The provider does not accept the key: check it in provider.json.',
  quota: 'The account at the provider has no credit left: top it up, or choose another provider.',
  not_found: 'The provider does not know this model: check "model" in provider.json.',
  context_length: 'The page is too long for this model: select the part that matters and analyze that.',
  content_filtered: 'The provider refuses to work on this page.',
  rate_limited: `The provider has too much to do. ${TRY_LATER}`,
  local_limit: `Too many analyses were asked for. ${TRY_LATER}`,
  server: `Something went wrong at the provider. ${TRY_LATER}`,
  connection: 'The provider cannot be reached: check the connection to the internet.',
  timeout: `The provider took too long. ${TRY_LATER}`,
  truncated: 'The connection broke before the answer was complete. Try again.',
};

/** What the user can do about a failure: {status, retry_after_ms?}. */
export function advice({ status, retry_after_ms }) {
  if (retry_after_ms >= 1000 && (status === 'rate_limited' || status === 'server')) {
    return `The provider has too much to do. Try again in ${Math.ceil(retry_after_ms / 1000)} seconds.`;
  }
  return SENTENCES[status] ?? 'The analysis failed. Try again; what went wrong is below.';
}
