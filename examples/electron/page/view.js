// What the page looks like. The body's data-state is empty, streaming, done, cancelled or failed; style.css does the rest.
// Whatever comes from a model is set as text, never as HTML.
const find = (id) => document.getElementById(id);
const form = document.querySelector('form');
const [content, question, start, answer, advice, details, status] = [
  'content', 'question', 'start', 'answer', 'advice', 'details', 'status',
].map(find);

/** The one button starts, and stops what was started: the focus stays where it is. */
export function onSubmit(listener) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    listener();
  });
}

export function onEscape(listener) {
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') listener();
  });
}

export function text() {
  return content.value;
}

/** What the user wants to know; undefined: a summary. */
export function askedQuestion() {
  return question.value.trim() || undefined;
}

export function showStart() {
  answer.textContent = '';
  show('streaming', 'Waiting for the provider …');
}

export function showText(piece) {
  answer.append(piece); // as a text node
  if (status.textContent !== 'Writing …') status.textContent = 'Writing …';
}

export function showDone({ model, finishReason, usage }) {
  const tokens = `${usage?.input_tokens ?? '?'} tokens read, ${usage?.output_tokens ?? '?'} written`;
  const cut = finishReason === 'length' ? ' The answer was cut off: it has the most tokens that it may have.' : '';
  show('done', `${model ?? 'Done'}: ${tokens}.${cut}`);
}

export function showCancelled() {
  show('cancelled', answer.textContent ? 'Stopped. This is what had come.' : 'Stopped.');
}

/** `sentence` is what the user can do; `cause` what a developer wants to know. */
export function showProblem(sentence, cause) {
  advice.textContent = sentence;
  details.textContent = cause;
  show('failed', '');
}

function show(state, sentence) {
  document.body.dataset.state = state;
  form.noValidate = state === 'streaming'; // an empty text is no reason not to stop
  answer.ariaBusy = String(state === 'streaming');
  start.textContent = state === 'streaming' ? 'Stop' : 'Analyze';
  status.textContent = sentence;
}
