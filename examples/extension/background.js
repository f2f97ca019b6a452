// A click on the icon is the user's word that this one tab may be read: it grants "activeTab" for it. (With
// setPanelBehavior's openPanelOnActionClick the panel would open too, but the tab could not be read.)
// open() must be called before anything is awaited, or it no longer counts as the answer to a click.
chrome.action.onClicked.addListener(({ windowId }) => {
  chrome.sidePanel.open({ windowId });
});
