"""Fixtures: the recorded requests, what the library sends in their place, and a server to read it."""
import sys
from pathlib import Path
from typing import Callable, Dict, Iterator, List, NamedTuple, Optional

import pytest
import recorded
import translate
from everywhere import Sent
from recorded import Recorded
from sending import LLMError, Sender

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "ModelServer"))

import serving  # noqa: E402

#: Lines for the end of the run: what came out, in figures.
figures: List[str] = []


class Pair(NamedTuple):
    recorded: Recorded
    #: None where the library refuses by itself; `refusal` says why.
    sent: Optional[Sent]
    refusal: str = ""


@pytest.fixture(scope="session")
def recordings() -> None:
    if not recorded.FOLDER.is_dir():
        pytest.skip(f"the recorded exchanges are not at {recorded.FOLDER}: "
                    "LLM_RECORDINGS may name the folder that holds them")


@pytest.fixture(scope="session")
def sender(recordings: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sender]:
    with Sender(tmp_path_factory.mktemp("everywhere")) as sender:
        yield sender


@pytest.fixture(scope="session")
def pairs(sender: Sender) -> Callable[[str], List[Pair]]:
    """pairs("anthropic"): each recorded request of a wire, and what the library sends in its place."""
    known: Dict[str, List[Pair]] = {}

    def pair(one: Recorded) -> Pair:
        try:
            request = translate.REQUEST[one.wire](one)
            return Pair(one, sender.send(translate.provider(one), translate.operation(one), request))
        except LLMError as error:
            return Pair(one, None, f"{error.status}: {error}")

    def of(wire: str) -> List[Pair]:
        if wire not in known:
            known[wire] = [pair(one) for one in recorded.load(wire)]
        assert known[wire], f"there are no recordings in {recorded.FOLDER / wire}"
        return known[wire]
    return of


@pytest.fixture(scope="session")
def model_server(recordings: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of llama.cpp's server, as Tests/ModelServer/serve.py describes it."""
    with serving.model_server(tmp_path_factory.mktemp("model-server") / "server.log") as base:
        yield base


@pytest.fixture
def report() -> Callable[[str], None]:
    """Adds a line to the figures."""
    return figures.append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if figures:
        terminalreporter.section("figures")
        for line in figures:
            terminalreporter.write_line(line)
