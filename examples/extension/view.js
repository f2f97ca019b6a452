// What the panel looks like. The body's data-state is empty, streaming, done, cancelled or failed; panel.css does the rest.
// Whatever comes from a page or a model is set as text, never as HTML.
const find = (id) => document.getElementById(id);
const [question, start, title, extent, answer, advice, problem, details, status] = [
  'question', 'start', 'title', 'extent', 'answer', 'advice', 'problem', 'details', 'status',
].map(find);

/** The one button starts, and stops what was started: the focus stays where it is. */
export function onSubmit(listener) {
  document.querySelector('form').addEventListener('submit', (event) => {
    event.preventDefault();
    listener();
  });
}

export function onEscape(listener) {
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') listener();
  });
}

/** What the user wants to know; undefined: a summary. */
export function askedQuestion() {
  return question.value.trim() || undefined;
}

export function showReading() {
  for (const element of [title, extent, answer]) element.textContent = '';
  show('streaming', 'Reading the page …');
}

export function showPage(page) {
  title.textContent = page.title;
  const size = `${page.text.length.toLocaleString('en')} characters`;
  if (page.isSelection) extent.textContent = `What you have selected: ${size}`;
  else extent.textContent = page.isCut ? `The first ${size} of the page` : `The whole page: ${size}`;
  status.textContent = 'Waiting for the provider …';
}

export function showText(piece) {
  answer.append(piece); // as a text node
  if (status.textContent !== 'Writing …') status.textContent = 'Writing …';
}

export function showDone({ model, finish_reason, usage }) {
  const tokens = `${usage?.input_tokens ?? '?'} tokens read, ${usage?.output_tokens ?? '?'} written`;
  const cut = finish_reason === 'length' ? ' The answer was cut off: it has the most tokens that it may have.' : '';
  show('done', `${model ?? 'Done'}: ${tokens}.${cut}`);
}

export function showCancelled() {
  show('cancelled', answer.textContent ? 'Stopped. This is what had come.' : 'Stopped.');
}

/** `sentence` is what the user can do; `cause`, if there is one, what a developer wants to know. */
export function showProblem(sentence, cause = '') {
  advice.textContent = sentence;
  details.textContent = cause;
  problem.querySelector('details').hidden = !cause;
  show('failed', '');
}

function show(state, sentence) {
  document.body.dataset.state = state;
  answer.ariaBusy = String(state === 'streaming');
  start.textContent = state === 'streaming' ? 'Stop' : 'Analyze this page';
  status.textContent = sentence;
}
