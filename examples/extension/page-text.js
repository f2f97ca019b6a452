// Runs in the page, in a world of its own: the page's scripts neither see nor change it. The value of the last expression
// goes back to whoever injected it.
(() => {
  const LIMIT = 200_000; // characters, far more than most models take

  const selected = getSelection()?.toString().trim();
  const text = selected || document.body?.innerText.trim() || '';
  return {
    title: document.title || location.hostname,
    text: text.slice(0, LIMIT),
    isSelection: Boolean(selected),
    isCut: text.length > LIMIT,
  };
})();
