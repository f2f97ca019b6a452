import { advice } from './advice.js';
import * as view from './view.js';

let cancel; // while an analysis runs

view.onSubmit(() => (cancel ? cancel() : start()));
view.onEscape(() => cancel?.());

function start() {
  view.showStart();
  cancel = window.analyzer.analyze({ content: view.text(), instruction: view.askedQuestion() }, onEvent);
}

function onEvent(event) {
  if (event.type === 'text') return view.showText(event.text);
  cancel = undefined;
  if (event.type === 'done') view.showDone(event);
  else if (event.type === 'cancelled') view.showCancelled();
  else view.showProblem(advice(event), event.message);
}
