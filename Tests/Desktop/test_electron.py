"""The Electron app: its main process under Node with the real library and the addon, its page in Chromium, and between them its
real preload script. Of Electron itself nothing is here: what it does is played by electron/ and by `ElectronPage`.

Screenshots are left in .build/screenshots.
"""
from __future__ import annotations

import json
import re
import threading
from typing import Any, Dict, Iterator

import pytest
from answers import say, say_some_and_stall
from conftest import KEY, ROOT, SCREENSHOTS, surroundings
from loopback import DEADLINE, Exchange, Server, failure
from main_process import MainProcess, Refused
from playwright.sync_api import Browser, Page, Playwright, Route

ELECTRON = ROOT / "examples/electron"
OURS = "app://text-analysis/"
#: Chromium loads no page of a scheme that it does not know, so it sees the app's under this origin.
SHOWN = "https://text-analysis.test/"
#: What a preload script finds in Electron. It runs here in the page's own world: their separation is Electron's work.
PRELOAD = """(() => {
  const listeners = new Map();
  const electron = {
    contextBridge: { exposeInMainWorld: (name, api) => { window[name] = Object.freeze(api); } },
    ipcRenderer: {
      invoke: (channel, ...args) => window.toMain(channel, JSON.stringify(args)).then(({ result, error }) => {
        if (error) throw new Error(error);
        return result;
      }),
      on: (channel, listener) => listeners.set(channel, listener),
    },
  };
  window.fromMain = ([channel, ...args]) => listeners.get(channel)({}, ...args);
  ((require) => {
%s
  })((name) => ({ electron })[name]);
})()"""


@pytest.fixture(scope="module")
def running_main(running_provider: Server) -> Iterator[MainProcess]:
    main = MainProcess(surroundings(LLM_PROVIDER="openai", OPENAI_BASE_URL=running_provider.url, OPENAI_API_KEY=KEY,
                                    OPENAI_MODEL="m", RETRY_MAX_RETRIES="0", RATE_LIMIT_PER_MINUTE="0"))
    yield main
    main.end()


@pytest.fixture
def main(running_main: MainProcess, provider: Server) -> Iterator[MainProcess]:
    yield running_main
    running_main.ask("happen", event="did-navigate")  # whatever a test left running ends
    assert not [line for line in running_main.lines if KEY in line], "the key has left the main process"


def start(main: MainProcess, id: str = "1", content: Any = "The lighthouse fell silent.", **more: Any) -> None:
    main.invoke("analysis:start", id, {"content": content, **more})


# The main process.


def test_the_page_has_no_node_and_no_way_out(main: MainProcess) -> None:
    app = main.ask("app")
    preload = app["webPreferences"].pop("preload")
    assert preload == str(ELECTRON / "preload.cjs")
    assert app["webPreferences"] == {"contextIsolation": True, "nodeIntegration": False, "sandbox": True}
    assert app["url"] == f"{OURS}index.html"
    assert app["schemes"] == [{"scheme": "app", "privileges": {"standard": True, "secure": True}}]
    assert (app["opensWindows"], app["permission"], app["leaves"]) == ("deny", False, False)


def test_an_analysis_is_streamed_to_the_page(main: MainProcess, provider: Server) -> None:
    provider.answer = say("It fell ", "silent.")
    start(main, instruction="What fell silent?")
    assert main.analysis("1") == [
        {"type": "text", "text": "It fell "},
        {"type": "text", "text": "silent."},
        {"type": "done", "model": "m", "finishReason": "stop", "usage": {"input_tokens": 7, "output_tokens": 3, "total_tokens": 10}},
    ]
    system, user = (message["content"] for message in provider.exchanges[0].json["messages"])
    mark = re.fullmatch(r"<(text-[0-9a-f]{16})>\nThe lighthouse fell silent\.\n</\1>", user)
    assert mark and mark[1] in system and system.endswith("What fell silent?")


def test_two_run_at_once_and_one_is_cancelled(main: MainProcess, provider: Server) -> None:
    provider.answer = say_some_and_stall
    start(main, "1")
    start(main, "2")
    for _ in range(4):
        main.sent.get(timeout=DEADLINE)
    main.invoke("analysis:cancel", "1")
    assert main.sent.get(timeout=DEADLINE) == ["analysis:event", "1", {"type": "cancelled"}]
    assert provider.hang_ups.acquire(timeout=DEADLINE)
    main.invoke("analysis:cancel", "2")
    assert main.analysis("2") == [{"type": "cancelled"}]
    main.invoke("analysis:cancel", "2")  # once more, and one that never was: nothing happens
    main.invoke("analysis:cancel", "3")


@pytest.mark.parametrize("event", ["destroyed", "did-navigate"])
def test_an_analysis_ends_with_the_page_that_asked_for_it(main: MainProcess, provider: Server, event: str) -> None:
    provider.answer = say_some_and_stall
    start(main)
    main.sent.get(timeout=DEADLINE)
    main.ask("happen", event=event)
    assert provider.hang_ups.acquire(timeout=DEADLINE)
    # And leaves no listener behind.
    provider.answer = say("Yes.")
    start(main, "2")
    main.analysis("2")
    assert set(main.ask("happen", event="none")) == {"will-navigate", "will-attach-webview"}


@pytest.mark.parametrize("frame", [
    None, {"parent": None, "url": "https://example.org/"}, {"parent": None, "url": f"{OURS}index.html.example.org"},
    {"parent": {}, "url": f"{OURS}index.html"}, {"parent": None, "url": ""},
], ids=["no frame", "another site", "a longer name", "an embedded frame", "no address"])
def test_other_pages_are_not_heard(main: MainProcess, provider: Server, frame: Any) -> None:
    for channel, args in (("analysis:start", ["1", {"content": "x"}]), ("analysis:cancel", ["1"])):
        with pytest.raises(Refused, match="may not ask"):
            main.invoke(channel, *args, frame=frame if frame is not None else False)
    assert provider.exchanges == []


@pytest.mark.parametrize("id, request_, names", [
    ("1", {"content": ""}, "content"), ("1", {"content": 5}, "content"), ("1", {}, "content"), ("1", None, "."),
    ("1", {"content": "x" * 1_000_001}, "content"), ("1", {"content": "x", "instruction": {}}, "instruction"),
    ("1", {"content": "x", "instruction": "x" * 2001}, "instruction"), (1, {"content": "x"}, "id"),
])
def test_a_malformed_request_is_refused(main: MainProcess, provider: Server, id: Any, request_: Any, names: str) -> None:
    with pytest.raises(Refused, match=names):
        main.invoke("analysis:start", id, request_)
    assert provider.exchanges == []


def test_a_failure_says_why(main: MainProcess, provider: Server) -> None:
    provider.answer = lambda exchange: exchange.send(429, failure(f"not with {KEY}"), {"retry-after": "7"})
    start(main)
    [ended] = main.analysis("1")
    assert (ended["type"], ended["status"], ended["retryAfterMs"]) == ("failed", "rate_limited", 7000)
    assert "not with" in ended["message"]


def test_only_the_pages_own_files_are_served(main: MainProcess) -> None:
    there = {path.name for path in (ELECTRON / "page").iterdir()}
    for name in there:
        file = main.ask("file", url=OURS + name)
        assert file["status"] == 200 and file["body"] == (ELECTRON / "page" / name).read_text()
        policy = file["headers"]["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
    for url in (f"{OURS}main.js", f"{OURS}../main.js", f"{OURS}%2e%2e%2fmain.js", f"{OURS}", "app://elsewhere/index.html"):
        assert main.ask("file", url=url)["status"] == 404, url


def test_without_a_provider_it_is_a_failure_and_not_a_crash(tmp_path: Any) -> None:
    main = MainProcess(surroundings())
    try:
        start(main)
        [ended] = main.analysis("1")
        assert ended["status"] == "configuration" and "LLM_PROVIDER" in ended["message"]
    finally:
        main.end()


# The page.


@pytest.fixture(scope="module")
def browser(playwright: Playwright, chromium_path: str, chromium_flags: "list[str]") -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=chromium_path, headless=True, args=chromium_flags)
    yield browser
    browser.close()


class ElectronPage:
    """The app's page, whose preload script speaks with the main process."""

    def __init__(self, page: Page, main: MainProcess) -> None:
        self.page, self._main = page, main
        self.problems: "list[str]" = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", lambda message: self.problems.append(message.text) if message.type == "error" else None)
        page.expose_function("toMain", self._to_main)
        page.add_init_script(PRELOAD % (ELECTRON / "preload.cjs").read_text())
        page.route(f"{SHOWN}**", self._serve)
        page.goto(f"{SHOWN}index.html")

    def wait(self, condition: str) -> None:
        """Passes on what the main process sends, until this is so."""
        for _ in range(int(DEADLINE * 50)):
            while not self._main.sent.empty():
                self.page.evaluate("message => window.fromMain(message)", self._main.sent.get())
            if self.page.evaluate(condition):
                return
            self.page.wait_for_timeout(20)
        raise AssertionError(f"never: {condition}; the page shows {self.page.inner_text('body')!r}")

    def wait_state(self, state: str) -> None:
        self.wait(f"document.body.dataset.state === '{state}'")

    def screenshot(self, name: str) -> None:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=str(SCREENSHOTS / f"electron-{name}.png"))

    def _to_main(self, channel: str, args: str) -> Dict[str, Any]:
        try:
            return {"result": self._main.invoke(channel, *json.loads(args))}
        except Refused as error:
            return {"error": str(error)}

    def _serve(self, route: Route) -> None:
        file = self._main.ask("file", url=route.request.url.replace(SHOWN, OURS))
        route.fulfill(status=file["status"], headers=file["headers"], body=file["body"])


@pytest.fixture
def electron_page(browser: Browser, main: MainProcess) -> Iterator[ElectronPage]:
    while not main.sent.empty():
        main.sent.get()
    page = browser.new_page(viewport={"width": 720, "height": 540})
    shown = ElectronPage(page, main)
    yield shown
    assert shown.problems == []
    page.close()


TEXT = """The lighthouse at Sand Point was built in 1868. Its lamp burned whale oil, then kerosene.
John Terry was its first keeper. His wife Mary kept the light for eighteen years after he died."""


def test_the_page_shows_an_answer_while_it_comes(electron_page: ElectronPage, provider: Server) -> None:
    page = electron_page.page
    pieces = ["Mary Terry ", "kept the light ", "for eighteen years, ", "after her husband John had died."]
    shown: "list[bool]" = []

    def answer(exchange: Exchange) -> None:
        exchange.begin_stream()
        for number, piece in enumerate(pieces):
            exchange.text(piece)
            if number == 1:
                shown.append(go_on.acquire(timeout=DEADLINE))
        exchange.finish()

    go_on = threading.Semaphore(0)
    provider.answer = answer
    assert page.evaluate("document.body.dataset.state") == "empty"
    electron_page.screenshot("empty")
    page.get_by_label("Text").fill(TEXT)
    page.get_by_label("What do you want to know?").fill("Who kept the light?")
    page.get_by_role("button", name="Analyze").click()
    electron_page.wait("answer.textContent === 'Mary Terry kept the light '")
    assert page.evaluate("document.body.dataset.state") == "streaming"
    assert page.get_by_role("article", name="Analysis").get_attribute("aria-busy") == "true"
    electron_page.screenshot("streaming")
    go_on.release()
    electron_page.wait_state("done")
    assert page.inner_text("#answer") == "".join(pieces) and shown == [True]
    assert page.get_by_role("status").inner_text() == "m: 7 tokens read, 3 written."
    electron_page.screenshot("done")
    page.emulate_media(color_scheme="dark")
    electron_page.screenshot("dark")
    content = provider.exchanges[0].json["messages"]
    assert "whale oil" in content[1]["content"] and content[0]["content"].endswith("Who kept the light?")


@pytest.mark.parametrize("way", ["the button", "Escape"])
def test_the_page_stops_an_analysis(electron_page: ElectronPage, provider: Server, way: str) -> None:
    page = electron_page.page
    provider.answer = say_some_and_stall
    page.get_by_label("Text").fill(TEXT)
    page.get_by_label("What do you want to know?").press("Enter")
    electron_page.wait("answer.textContent.endsWith('oil ')")
    page.get_by_label("Text").fill("")  # is no reason not to stop
    if way == "Escape":
        page.keyboard.press("Escape")
    else:
        page.get_by_role("button", name="Stop").click()
    electron_page.wait_state("cancelled")
    assert provider.hang_ups.acquire(timeout=DEADLINE)
    assert page.get_by_role("status").inner_text() == "Stopped. This is what had come."
    electron_page.screenshot("cancelled")


def test_without_a_text_nothing_is_asked(electron_page: ElectronPage, provider: Server) -> None:
    electron_page.page.get_by_role("button", name="Analyze").click()
    electron_page.page.wait_for_timeout(100)
    assert electron_page.page.evaluate("document.body.dataset.state") == "empty"
    assert provider.exchanges == []


def test_the_page_says_what_to_do_about_a_failure(electron_page: ElectronPage, provider: Server) -> None:
    page = electron_page.page
    provider.answer = lambda exchange: exchange.send(401, failure(f"no such key: {KEY}"))
    page.get_by_label("Text").fill(TEXT)
    page.get_by_role("button", name="Analyze").click()
    electron_page.wait_state("failed")
    assert page.inner_text("#advice") == "The provider does not accept the key: check it, then start the app again."
    page.get_by_text("What went wrong").click()
    assert "no such key" in page.inner_text("#details") and KEY not in page.content()
    electron_page.screenshot("failed")


def test_what_a_model_says_is_text_and_never_html(electron_page: ElectronPage, provider: Server) -> None:
    page = electron_page.page
    html = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script><b>bold</b>"
    provider.answer = say(*html)
    page.get_by_label("Text").fill(TEXT)
    page.get_by_role("button", name="Analyze").click()
    electron_page.wait_state("done")
    assert page.inner_text("#answer") == html
    assert page.locator("main img, main b, main script").count() == 0
    assert page.title() == "Text analysis"


def test_the_page_can_neither_make_html_nor_reach_the_network(electron_page: ElectronPage, provider: Server) -> None:
    page = electron_page.page
    assert page.evaluate("() => { try { document.body.innerHTML = '<b>x</b>'; } catch (error) { return error.name; } }") == "TypeError"
    assert page.evaluate("url => fetch(url).then(() => 'sent', error => error.name)", provider.url) == "TypeError"
    assert provider.exchanges == []
    assert page.evaluate("Object.keys(window.analyzer)") == ["analyze"]
    electron_page.problems.clear()  # Chromium's complaints about just that


def test_the_example_imports_what_it_declares() -> None:
    package = json.loads((ELECTRON / "package.json").read_text())
    sources = "".join(path.read_text() for path in ELECTRON.glob("*.*js"))
    imported = set(re.findall(r"(?:from |require\()'([a-z][\w-]*)'", sources)) - {"node"}
    assert imported == {*package["dependencies"], *package["devDependencies"]}
