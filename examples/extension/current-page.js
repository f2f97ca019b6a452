/** What keeps a page from being read; the message is for the user. */
export class UnreadablePage extends Error {}

/**
 * The text of the tab that the user looks at, or what is selected there: {title, text, isSelection, isCut}.
 * Nothing of the extension is in a page before this is called, and nothing stays.
 */
export async function readCurrentPage() {
  const [tab] = await chrome.tabs.query({ active: true, lastFocusedWindow: true });
  if (!tab) throw new UnreadablePage('There is no page to read: open one first.');
  const page = await inject(tab.id);
  if (!page.text) throw new UnreadablePage('There is no text on this page. If it is still loading, try again in a moment.');
  return page;
}

async function inject(tabId) {
  try {
    const [{ result }] = await chrome.scripting.executeScript({ target: { tabId }, files: ['page-text.js'] });
    return result;
  } catch {
    // The browser's own pages cannot be read, and others only after a click on the icon while they are shown.
    throw new UnreadablePage(
      'This page may not be read yet: click the icon of "Page analysis" in the toolbar while you look at it. ' +
        'The browser\'s own pages and the extension store can never be read.',
    );
  }
}
