"""The library's log lines in Python's logging."""

from __future__ import annotations

import logging
import threading
import time
from typing import Iterator, List

import pytest

import child
from conftest import Connect, Serve
from loopback import DEADLINE, Exchange, answer_ok, completion, failure
from scaling_memory import TRACE, InvalidArgumentError, LLMError, disable_logging, enable_logging, logs

KEY = "sk-secret-0123456789abcdefghij"


class Records(logging.Handler):
    """Keeps records, for a test to wait for."""

    def __init__(self) -> None:
        super().__init__()
        self.all: List[logging.LogRecord] = []
        self.came = threading.Condition()

    def emit(self, record: logging.LogRecord) -> None:
        with self.came:
            self.all.append(record)
            self.came.notify_all()

    def wait_for(self, message: str) -> logging.LogRecord:
        def find() -> "logging.LogRecord | None":
            return next((one for one in self.all if one.getMessage().startswith(message)), None)

        with self.came:
            found = self.came.wait_for(find, DEADLINE)
        assert found is not None, f"no {message!r} among {[one.getMessage() for one in self.all]}"
        return found


@pytest.fixture
def records() -> Iterator[Records]:
    """What the logger "scaling_memory" gets, at every level; the bridge is off again when the test ends."""
    logger, handler = logging.getLogger("scaling_memory"), Records()
    level, propagate = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(1)
    logger.propagate = False
    yield handler
    disable_logging()
    logger.removeHandler(handler)
    logger.setLevel(level)
    logger.propagate = propagate


def test_a_line_is_a_record_with_its_fields(connect: Connect, serve: Serve, records: Records) -> None:
    enable_logging()
    connect(serve(answer_ok).url).complete("?", call_id="call-7")
    record = records.wait_for("call finished")
    assert (record.name, record.levelno, record.levelname) == ("scaling_memory", logging.INFO, "INFO")
    assert abs(record.created - time.time()) < 60 and 0 <= record.msecs < 1000
    fields = vars(record)
    assert (fields["llm_call_id"], fields["llm_provider"], fields["llm_attempts"]) == ("call-7", "openai", 1)
    assert fields["llm"]["usage"]["input_tokens"] == 7 == fields["llm_usage"]["input_tokens"]
    assert " call_id=call-7 " in record.getMessage() and " provider=openai " in record.getMessage()
    assert record.thread is not None and record.threadName == "scaling_memory-log"


def test_levels_are_loggings(connect: Connect, serve: Serve, records: Records) -> None:
    answers = [429, 200]

    def answer(exchange: Exchange) -> None:
        status = answers.pop(0) if answers else 400
        body = completion() if status == 200 else failure("slow down")
        exchange.send(status, body, {"retry-after-ms": "1"} if status == 429 else {})

    enable_logging("trace")
    client = connect(serve(answer).url, retry={"max_retries": 1})
    client.complete("the question")
    with pytest.raises(LLMError):
        client.complete("?")
    assert records.wait_for("call failed").levelno == logging.ERROR
    found = {one.getMessage().split(" ")[0]: one.levelno for one in records.all}
    assert found["retrying"] == logging.WARNING
    assert found["attempt"] == logging.DEBUG
    assert found["request"] == TRACE
    assert vars(records.wait_for("retrying"))["llm_status"] == "rate_limited"


@pytest.mark.parametrize(
    ("level", "native"),
    [(TRACE, 10), (1, 10), ("TRACE", 10), ("debug", 20), (logging.INFO, 30), (21, 40), ("WARNING", 40), ("ERROR", 50)]
    + [(logging.CRITICAL, 100)],
)
def test_a_level_is_a_number_or_a_name(level: "int | str", native: int) -> None:
    assert logs._native_level(level) == native


@pytest.mark.parametrize("level", ["loud", None, 2.5, True])
def test_another_level_is_refused(level: object) -> None:
    with pytest.raises(ValueError, match="TRACE, DEBUG, INFO, WARNING, ERROR"):
        enable_logging(level)  # type: ignore[arg-type]


def test_the_level_can_be_changed_and_the_bridge_stopped(connect: Connect, serve: Serve, records: Records) -> None:
    client = connect(serve(answer_ok).url)
    client.complete("?", call_id="before")
    enable_logging("ERROR")
    client.complete("?", call_id="too low")
    enable_logging("INFO")
    client.complete("?", call_id="logged")
    disable_logging()
    disable_logging()
    client.complete("?", call_id="after")
    assert {vars(one)["llm_call_id"] for one in records.all} == {"logged"}
    assert not [one for one in threading.enumerate() if one.name == "scaling_memory-log"]
    enable_logging()
    client.complete("?", call_id="again")
    records.wait_for("call finished call_id=again")


def test_what_had_come_is_with_the_handlers_when_the_bridge_stops(
    connect: Connect, serve: Serve, records: Records
) -> None:
    enable_logging()
    client = connect(serve(answer_ok).url, rate_limit={"per_minute": 0, "per_hour": 0})
    for number in range(50):
        client.complete("?", call_id=str(number))
    disable_logging()
    finished = [vars(one)["llm_call_id"] for one in records.all if one.getMessage().startswith("call finished")]
    assert finished == [str(number) for number in range(50)]


def test_a_handler_that_blocks_holds_up_no_call(connect: Connect, serve: Serve, records: Records) -> None:
    class Blocking(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            assert proceed.wait(DEADLINE)

    proceed, handler = threading.Event(), Blocking()
    logger = logging.getLogger("scaling_memory")
    logger.addHandler(handler)
    try:
        enable_logging("DEBUG")
        client = connect(serve(answer_ok).url, rate_limit={"per_minute": 0, "per_hour": 0})
        for _ in range(20):
            assert client.complete("?").content == "4"
    finally:
        proceed.set()
        logger.removeHandler(handler)


def test_a_filter_that_throws_and_a_handler_that_uses_the_library_end_nothing(
    connect: Connect, serve: Serve, records: Records, capsys: pytest.CaptureFixture[str]
) -> None:
    url = serve(answer_ok).url
    asked: List[str] = []

    def throw(record: logging.LogRecord) -> bool:
        if vars(record).get("llm_call_id") == "throw":
            raise ZeroDivisionError
        if vars(record).get("llm_call_id") == "ask":
            asked.append(connect(url).complete("?", call_id="inner").content)
        return True

    logger = logging.getLogger("scaling_memory")
    logger.addFilter(throw)
    try:
        enable_logging()
        for call_id in ("throw", "ask", "last"):
            connect(url).complete("?", call_id=call_id)
        records.wait_for("call finished call_id=last")
        records.wait_for("call finished call_id=inner")
        disable_logging()
    finally:
        logger.removeFilter(throw)
    assert asked == ["4"]
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_no_record_shows_a_key(connect: Connect, serve: Serve, records: Records) -> None:
    def echo_the_key(exchange: Exchange) -> None:
        exchange.send(401, failure(f"Incorrect API key: {exchange.headers['authorization']}"))

    enable_logging("TRACE")
    client = connect(serve(echo_the_key).url, api_key=KEY)
    with pytest.raises(LLMError):
        client.complete("?")
    records.wait_for("call failed")
    assert len(records.all) > 3
    assert KEY not in "".join(repr(vars(record)) for record in records.all)


def test_it_needs_no_library_call_to_be_off() -> None:
    disable_logging()
    assert logs._bridge is None


PROGRAM = """
import logging, os, sys, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # 3.12 warns of any fork with threads
import scaling_memory
from scaling_memory import Client
logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message).13s", stream=sys.stdout)

def ask():
    with Client("openai", base_url=sys.argv[1], api_key="sk-test", model="m") as client:
        client.complete("?")
"""

ENDINGS = {
    "at exit": ("scaling_memory.enable_logging(); ask()", "INFO call finished\n"),
    "in a thread": (
        "import threading; scaling_memory.enable_logging(); threading.Thread(target=ask).start()",
        "INFO call finished\n",
    ),
    "in a forked child only where it asks again": (
        """
scaling_memory.enable_logging(); ask(); scaling_memory.disable_logging(); scaling_memory.enable_logging()
sys.stdout.flush()
pid = os.fork()
if pid == 0:
    ask()
    scaling_memory.disable_logging()
    print("silent", flush=True)
    scaling_memory.enable_logging()
    ask()
    sys.exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
ask()""",
        "INFO call finished\nsilent\nINFO call finished\nINFO call finished\n",
    ),
    "stopped by a handler": (
        """
class Stop(logging.Handler):
    def emit(self, record): scaling_memory.disable_logging()
logging.getLogger("scaling_memory").addHandler(Stop())
scaling_memory.enable_logging(); ask()""",
        "INFO call finished\n",
    ),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_lines_are_not_lost_where_the_program_ends(serve: Serve, ending: str) -> None:
    script, output = ENDINGS[ending]
    ended = child.run(PROGRAM + script, serve(answer_ok).url)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, output, "")


def test_the_variable_is_something_else(serve: Serve) -> None:
    ended = child.run(PROGRAM + "ask()", serve(answer_ok).url, changes={"LLM_LOG_LEVEL": "info"})
    assert (ended.returncode, ended.stdout) == (0, "")
    assert '"msg":"call finished"' in ended.stderr


def test_a_level_that_is_wrong_starts_nothing() -> None:
    with pytest.raises((ValueError, InvalidArgumentError)):
        enable_logging("loud")
    assert logs._bridge is None
