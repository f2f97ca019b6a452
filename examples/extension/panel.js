import { advice } from './advice.js';
import { analyze } from './analysis-host.js';
import { readCurrentPage, UnreadablePage } from './current-page.js';
import * as view from './view.js';

let cancel; // while an analysis runs

view.onSubmit(() => (cancel ? cancel() : start()));
view.onEscape(() => cancel?.());

async function start() {
  cancel = () => {}; // a second click, while the page is read, starts no second analysis
  view.showReading();
  try {
    const page = await readCurrentPage();
    view.showPage(page);
    cancel = analyze({ content: page.text, instruction: view.askedQuestion() }, onEvent);
  } catch (error) {
    cancel = undefined;
    if (error instanceof UnreadablePage) view.showProblem(error.message);
    else view.showProblem('The analysis could not be started. Try again.', String(error));
  }
}

function onEvent(event) {
  if (event.type === 'text') return view.showText(event.text);
  cancel = undefined;
  if (event.type === 'done') view.showDone(event);
  else if (event.type === 'cancelled') view.showCancelled();
  else view.showProblem(advice(event), event.message);
}
