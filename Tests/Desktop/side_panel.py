"""The extension's real side panel: Playwright knows pages in tabs only, so this one is spoken to over Chromium's own protocol."""
from __future__ import annotations

import base64
import json
from itertools import count
from pathlib import Path
from typing import Any, Dict, Optional

from playwright.sync_api import CDPSession, Page

WAIT = 60.0  # seconds; only against a hang


class SidePanel:
    """Of one tab's window. `click_icon` opens it, as a click on the extension's icon does."""

    def __init__(self, browser: CDPSession, page: Page, extension: str) -> None:
        self._browser, self._page = browser, page
        self._address = f"chrome-extension://{extension}/panel.html"
        self._extension = extension
        self._answers: Dict[int, Dict[str, Any]] = {}
        self._numbers = count(1)
        self._session: Optional[str] = None
        browser.on("Target.receivedMessageFromTarget", self._take)

    def click_icon(self) -> None:
        """What the user does first: the extension may read this tab from now on, and the panel opens."""
        tabs = self._browser.send("Target.getTargets", {"filter": [{"type": "tab"}]})["targetInfos"]
        tab = next(each for each in tabs if each["url"] == self._page.url)
        self._browser.send("Extensions.triggerAction", {"id": self._extension, "targetId": tab["targetId"]})
        self._attach()

    def reload(self) -> None:
        """As if it had been closed and opened: the host ends, and the next analysis starts a new one."""
        self.evaluate("window.old = true")
        self.send("Page.reload")
        self.wait("!window.old && document.readyState === 'complete' && document.body.dataset.state === 'empty'")

    def send(self, method: str, **params: Any) -> Dict[str, Any]:
        number = next(self._numbers)
        message = json.dumps({"id": number, "method": method, "params": params})
        self._browser.send("Target.sendMessageToTarget", {"sessionId": self._session, "message": message})
        for _ in range(int(WAIT * 100)):
            if number in self._answers:
                answer = self._answers.pop(number)
                assert "error" not in answer, answer
                return answer["result"]
            self._page.wait_for_timeout(10)
        raise AssertionError(f"{method} was not answered")

    def evaluate(self, expression: str) -> Any:
        answer = self.send("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def wait(self, condition: str) -> None:
        for _ in range(int(WAIT * 20)):
            if self.evaluate(condition):
                return
            self._page.wait_for_timeout(50)
        raise AssertionError(f"never: {condition}; the panel shows {self.evaluate('document.body.innerText')!r}")

    def text(self, selector: str) -> str:
        return self.evaluate(f"document.querySelector({json.dumps(selector)}).innerText.trim()")

    @property
    def state(self) -> str:
        return self.evaluate("document.body.dataset.state")

    def start(self, question: str = "") -> None:
        """Types the question and presses Enter."""
        self.evaluate("question.value = ''; question.focus()")
        self.send("Input.insertText", text=question)
        self.press("Enter", 13)

    def press(self, key: str, code: int) -> None:
        for kind in ("keyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code,
                      **({"text": "\r"} if key == "Enter" and kind == "keyDown" else {}))

    def use_scheme(self, scheme: str) -> None:
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def screenshot(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.send("Emulation.setDeviceMetricsOverride", width=400, height=460, deviceScaleFactor=1, mobile=False)
        path.write_bytes(base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"]))
        self.send("Emulation.clearDeviceMetricsOverride")

    def _attach(self) -> None:
        for _ in range(int(WAIT * 20)):
            targets = self._browser.send("Target.getTargets")["targetInfos"]
            found = [each["targetId"] for each in targets if each["url"] == self._address]
            if found:
                break
            self._page.wait_for_timeout(50)
        else:
            raise AssertionError("the side panel did not open")
        # Without "flatten" messages are wrapped in the browser's own session, which is the one that Playwright gives out.
        attached = self._browser.send("Target.attachToTarget", {"targetId": found[0], "flatten": False})
        self._session = attached["sessionId"]
        self.wait("document.readyState === 'complete'")

    def _take(self, event: Dict[str, Any]) -> None:
        if event["sessionId"] == self._session:
            message = json.loads(event["message"])
            if "id" in message:
                self._answers[message["id"]] = message
