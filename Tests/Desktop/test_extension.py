"""The extension in a real Chromium: its icon is clicked, its side panel opens, and its native host asks a provider.

Screenshots of the panel's states are left in .build/screenshots.
"""
from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Callable, Iterator

import install
import pytest
from answers import say, say_some_and_stall
from conftest import KEY, ROOT, SCREENSHOTS, surroundings
from loopback import DEADLINE, Exchange, Server, failure
from playwright.sync_api import BrowserContext, Page, Playwright
from side_panel import SidePanel

EXTENSION = ROOT / "examples/extension"
LIGHTHOUSE = """<!doctype html><title>The lighthouse at Sand Point</title>
<h1>The lighthouse at Sand Point</h1>
<p id="first">The lighthouse at Sand Point was built in 1868. Its lamp burned whale oil, then kerosene.</p>
<p id="second">John Terry was its first keeper. His wife Mary kept the light for eighteen years after he died.</p>
<script>document.currentScript.remove()</script><p hidden>Not to be seen.</p>"""

Configure = Callable[..., None]


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("chromium")


@pytest.fixture(scope="module")
def context(playwright: Playwright, chromium_path: str, chromium_flags: "list[str]", profile: Path) -> Iterator[BrowserContext]:
    """A Chromium with the extension, as a user's who has run install.py."""
    install.install(profile / "NativeMessagingHosts", install.extension_id())
    context = playwright.chromium.launch_persistent_context(
        str(profile), executable_path=chromium_path, headless=True, env={**surroundings(XDG_CONFIG_HOME=str(profile / "config"))},
        ignore_default_args=["--disable-extensions"],
        # The last one lets a test click the icon.
        args=[*chromium_flags, f"--load-extension={EXTENSION}", f"--disable-extensions-except={EXTENSION}",
              "--enable-unsafe-extension-debugging"])
    context.route("**/*", lambda route: route.fulfill(body=LIGHTHOUSE, content_type="text/html; charset=utf-8"))
    yield context
    context.close()


@pytest.fixture(scope="module")
def page(context: BrowserContext) -> Page:
    return context.pages[0]


@pytest.fixture(scope="module")
def opened(context: BrowserContext, page: Page) -> SidePanel:
    page.goto("https://lighthouse.test/")
    assert context.browser is not None
    panel = SidePanel(context.browser.new_browser_cdp_session(), page, install.extension_id())
    panel.click_icon()
    return panel


@pytest.fixture
def panel(opened: SidePanel, page: Page) -> SidePanel:
    """The side panel as it is when it has just been opened, beside a page that it may read."""
    page.goto("https://lighthouse.test/")
    opened.click_icon()
    opened.reload()
    return opened


@pytest.fixture
def configure(profile: Path, provider: Server) -> Configure:
    def write(**settings: Any) -> None:
        path = profile / "config/page-analysis/provider.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(0o600)
        path.write_text(json.dumps({"provider": "openai", "base_url": provider.url, "api_key": KEY, "model": "m",
                                    "retry": {"strategy": "none"}, "rate_limit": {"per_minute": 0}, **settings}))
    write()
    return write


def is_in(state: str) -> str:
    return f"document.body.dataset.state === '{state}'"


def test_a_real_model_analyzes_the_page(panel: SidePanel, configure: Configure, model_server: str) -> None:
    configure(base_url=f"{model_server}/v1", model="SmolLM2-135M", max_tokens=60, temperature=0)
    assert panel.state == "empty"
    panel.screenshot(SCREENSHOTS / "extension-empty.png")
    # Every state and every growth of the answer that the panel went through.
    panel.evaluate("""seen = []; new MutationObserver(() => seen.push([document.body.dataset.state, answer.textContent.length]))
        .observe(document.body, {subtree: true, childList: true, characterData: true, attributes: true}); null""")
    panel.start("Who kept the light?")
    panel.wait(f"{is_in('streaming')} && answer.textContent.length > 60 || {is_in('done')}")
    panel.screenshot(SCREENSHOTS / "extension-streaming.png")
    panel.wait(is_in("done"))
    panel.screenshot(SCREENSHOTS / "extension-done.png")
    assert panel.text("#title") == "The lighthouse at Sand Point"
    assert len(panel.text("#answer")) > 60
    assert re.match(r"SmolLM2-135M: \d+ tokens read, \d+ written\.", panel.text("#status"))
    seen = panel.evaluate("seen")
    lengths = {length for state, length in seen if state == "streaming"}
    assert len(lengths) > 10, "the answer did not grow piece by piece"
    assert seen[-1][0] == "done"


def test_nothing_is_sent_before_the_user_asks_and_then_the_text_that_is_seen(panel: SidePanel, configure: Configure,
                                                                              provider: Server) -> None:
    provider.answer = say("Mary Terry.")
    assert provider.exchanges == []
    panel.start("Who kept the light?")
    panel.wait(is_in("done"))
    [exchange] = provider.exchanges
    assert exchange.headers["authorization"] == f"Bearer {KEY}"
    system, user = (message["content"] for message in exchange.json["messages"])
    assert system.endswith("Who kept the light?")
    assert "whale oil" in user and "eighteen years" in user
    assert "Not to be seen" not in user and "currentScript" not in user
    assert panel.text("#answer") == "Mary Terry."


def test_of_a_page_with_a_selection_only_that_is_sent(panel: SidePanel, configure: Configure, provider: Server, page: Page) -> None:
    provider.answer = say("Oil.")
    page.evaluate("getSelection().selectAllChildren(document.getElementById('first'))")
    panel.start()
    panel.wait(is_in("done"))
    content = provider.exchanges[0].json["messages"][1]["content"]
    assert "whale oil" in content and "eighteen years" not in content
    assert re.match(r"What you have selected: \d+ characters", panel.text("#extent"))


@pytest.mark.parametrize("way", ["the button", "Escape"])
def test_an_analysis_is_stopped(panel: SidePanel, configure: Configure, provider: Server, way: str) -> None:
    provider.answer = say_some_and_stall
    panel.start()
    panel.wait("answer.textContent.endsWith('oil ')")
    assert panel.text("#start") == "Stop"
    if way == "Escape":
        panel.press("Escape", 27)
    else:
        panel.evaluate("start.click()")
    panel.wait(is_in("cancelled"))
    assert provider.hang_ups.acquire(timeout=DEADLINE)
    assert panel.text("#answer") == "Built in 1868, it burned whale oil"
    assert (panel.text("#status"), panel.text("#start")) == ("Stopped. This is what had come.", "Analyze this page")
    panel.screenshot(SCREENSHOTS / "extension-cancelled.png")
    # And the next one is as good as the first.
    provider.answer = say("Whale oil.")
    panel.start()
    panel.wait(is_in("done"))
    assert panel.text("#answer") == "Whale oil."


def test_closing_the_panel_stops_what_runs(panel: SidePanel, configure: Configure, provider: Server) -> None:
    provider.answer = say_some_and_stall
    panel.start()
    panel.wait("answer.textContent.length > 0")
    panel.reload()
    assert provider.hang_ups.acquire(timeout=DEADLINE)


@pytest.mark.parametrize("status, headers, sentence", [
    (401, {}, "The provider does not accept the key: check it in provider.json."),
    (404, {}, 'The provider does not know this model: check "model" in provider.json.'),
    (429, {"retry-after": "7"}, "The provider has too much to do. Try again in 7 seconds."),
    (503, {}, "Something went wrong at the provider. Try again in a minute."),
])
def test_a_failure_says_what_to_do(panel: SidePanel, configure: Configure, provider: Server, status: int, headers: Any,
                                   sentence: str) -> None:
    provider.answer = lambda exchange: exchange.send(status, failure(f"no, not with {KEY}"), headers)
    panel.start()
    panel.wait(is_in("failed"))
    assert panel.text("#advice") == sentence
    panel.evaluate("problem.querySelector('summary').click()")
    assert "no, not with" in panel.text("#details")
    assert KEY not in panel.evaluate("document.documentElement.outerHTML")
    if status == 401:
        panel.screenshot(SCREENSHOTS / "extension-failed.png")


def test_what_came_before_a_failure_stays(panel: SidePanel, configure: Configure, provider: Server) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.text("Half an ans")

    provider.answer = answer
    panel.start()
    panel.wait(is_in("failed"))
    assert panel.text("#answer") == "Half an ans"
    assert panel.text("#advice") == "The connection broke before the answer was complete. Try again."


def test_without_the_native_host_it_says_how_to_install_it(panel: SidePanel, configure: Configure, provider: Server,
                                                           profile: Path) -> None:
    manifest = profile / "NativeMessagingHosts" / f"{install.NAME}.json"
    text = manifest.read_text()
    manifest.unlink()
    try:
        panel.start()
        panel.wait(is_in("failed"))
        assert "run host/install.py" in panel.text("#advice")
    finally:
        manifest.write_text(text)
    provider.answer = say("Here.")
    panel.start()
    panel.wait(is_in("done"))


def test_a_host_that_ends_is_told_and_started_again(panel: SidePanel, configure: Configure, provider: Server, profile: Path) -> None:
    launcher = profile / "NativeMessagingHosts" / f"{install.NAME}.sh"
    text = launcher.read_text()
    launcher.write_text("#!/bin/sh\nexit 3\n")
    try:
        panel.start()
        panel.wait(is_in("failed"))
        assert panel.text("#advice").startswith("The program that talks to the provider has ended.")
    finally:
        launcher.write_text(text)
    provider.answer = say("Here.")
    panel.start()
    panel.wait(is_in("done"))


def test_what_a_model_or_a_page_says_is_text_and_never_html(panel: SidePanel, configure: Configure, provider: Server, page: Page) -> None:
    html = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script><b>bold</b>"
    page.evaluate("html => { document.title = html; }", html)
    provider.answer = say(*html)
    panel.start()
    panel.wait(is_in("done"))
    assert panel.text("#answer") == html
    assert panel.text("#title") == html
    assert panel.evaluate("document.querySelectorAll('img, b, main script').length") == 0
    assert panel.evaluate("document.title") == "Page analysis"


def test_the_panel_can_neither_make_html_nor_reach_the_network(panel: SidePanel, provider: Server) -> None:
    made = panel.evaluate("try { document.body.insertAdjacentHTML('beforeend', '<b>x</b>') } catch (error) { error.name }")
    assert made == "TypeError"
    assert panel.evaluate(f"fetch('{provider.url}').then(() => 'sent', error => error.name)") == "TypeError"
    assert provider.exchanges == []


def test_a_page_is_read_only_after_a_click_on_the_icon(panel: SidePanel, configure: Configure, provider: Server, page: Page) -> None:
    provider.answer = say("Read.")
    page.goto("https://elsewhere.test/")  # what the click has granted was for the other site
    panel.start()
    panel.wait(is_in("failed"))
    assert "click the icon" in panel.text("#advice")
    assert panel.evaluate("problem.querySelector('details').hidden")
    panel.screenshot(SCREENSHOTS / "extension-unreadable.png")
    assert provider.exchanges == []
    panel.click_icon()
    panel.start()
    panel.wait(is_in("done"))
    assert panel.text("#answer") == "Read."


def test_a_page_without_text_is_not_sent(panel: SidePanel, configure: Configure, provider: Server, page: Page) -> None:
    page.evaluate("document.body.replaceChildren()")
    panel.start()
    panel.wait(is_in("failed"))
    assert panel.text("#advice").startswith("There is no text on this page.")
    assert provider.exchanges == []


def test_the_panel_is_dark_where_the_system_is(panel: SidePanel, configure: Configure, provider: Server) -> None:
    provider.answer = say("The lighthouse was built in 1868.\n\n", "• Its lamp burned whale oil, then kerosene.\n",
                          "• Mary Terry kept the light for eighteen years after her husband died.")
    panel.use_scheme("dark")
    panel.start("What should I remember?")
    panel.wait(is_in("done"))
    panel.screenshot(SCREENSHOTS / "extension-dark.png")
    channels = panel.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert max(channels) < 64
    panel.use_scheme("light")


def test_no_more_is_asked_for_than_is_needed() -> None:
    manifest = json.loads((EXTENSION / "manifest.json").read_text())
    assert set(manifest["permissions"]) == {"activeTab", "scripting", "sidePanel", "nativeMessaging"}
    assert not set(manifest) & {"host_permissions", "content_scripts", "optional_permissions", "externally_connectable",
                                "web_accessible_resources"}
