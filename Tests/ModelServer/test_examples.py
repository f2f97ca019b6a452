"""Every example in every language, against a real model over both wires."""
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Dict, List

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
NODE = os.environ.get("NODE", "node")
WIRES = ("openai", "anthropic")
LANGUAGES = ("c", "python", "node")
HANG = 120  # seconds
SUMMARY = re.compile(r"^\[(\w+), (.+): (\d+) tokens in, (\d+) out; first after [\d.]+ ms, all after [\d.]+ ms\]$")


def program(language: str, name: str) -> List[str]:
    """The command that runs an example."""
    return {
        "c": [str(ROOT / ".build/examples" / name)],
        "python": [sys.executable, str(ROOT / "examples/python" / f"{name}.py")],
        "node": [NODE, "--experimental-ffi", "--disable-warning=ExperimentalWarning", str(ROOT / "examples/node" / f"{name}.mjs")],
    }[language]


def run(language: str, name: str, env: Dict[str, str], *arguments: str, text: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*program(language, name), *arguments], env=env, input=text, capture_output=True, text=True,
                          timeout=HANG)


def test_every_example_has_a_test_here() -> None:
    there = {path.stem for folder in LANGUAGES for path in (ROOT / "examples" / folder).glob("*.*")
             if path.suffix in (".c", ".py", ".mjs")}
    # Those with a thousand streams have a server of their own, in Tests/ABITests/suites/examples.py.
    there = {name for name in there if not name.startswith("many_streams_")}
    assert there == {"complete", "stream", "switch_provider", "analyze", "call", "add_provider", "async_stream", "many"}


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_complete_prints_the_answer(language: str, wire: str, environment) -> None:
    done = run(language, "complete", environment(wire), "What is the capital of France?")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip()


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_stream_prints_the_answer_and_a_line_about_it(language: str, wire: str, environment) -> None:
    done = run(language, "stream", environment(wire), "What is the capital of France?")
    assert (done.returncode, done.stderr) == (0, "")
    *answer, summary = done.stdout.rstrip("\n").split("\n")
    assert "".join(answer).strip()
    said = SUMMARY.match(summary)
    assert said, summary
    provider, model, tokens_in, tokens_out = said.groups()
    assert (provider, model) == (wire, "SmolLM2-135M")
    assert int(tokens_in) > 0 and 0 < int(tokens_out) <= 40


@pytest.mark.parametrize("language", LANGUAGES)
def test_switch_provider_hears_both(language: str, environment) -> None:
    done = run(language, "switch_provider", environment("openai"))
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split(" ")[0] for line in done.stdout.split("\n") if "(SmolLM2-135M): " in line] == list(WIRES)


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_analyze_reads_standard_input(language: str, wire: str, environment) -> None:
    text = "The lighthouse \"Alpha\"\tfell silent.\n" * 20
    done = run(language, "analyze", environment(wire), "What fell silent?", text=text)
    # The Python example says so where its answer was cut off.
    assert done.returncode == 0 and done.stderr in ("", "(cut off at max_tokens)\n")
    assert done.stdout.strip()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ("complete", "stream"))
def test_a_prompt_may_hold_anything(language: str, name: str, environment) -> None:
    done = run(language, name, environment("openai"), 'Say "hi" \\ / \n\t\x01 é 猫 🙂')
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ("complete", "stream", "analyze"))
def test_a_missing_setting_is_named(language: str, name: str, environment) -> None:
    env = environment("openai")
    del env["LLM_PROVIDER"]
    done = run(language, name, env, "Hello")
    assert done.returncode == 1
    assert "LLM_PROVIDER" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("language", ("c", "python"))
def test_add_provider_asks_a_declared_and_a_programmed_one(language: str, environment) -> None:
    env = environment("openai")
    done = run(language, "add_provider", env, env["ANTHROPIC_BASE_URL"], "The capital of France is")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"^my-chat: \S", done.stdout, re.MULTILINE), done.stdout
    assert re.search(r"^my-completion: .*Paris", done.stdout, re.MULTILINE), done.stdout


@pytest.mark.parametrize("wire", WIRES)
def test_call_cancels_a_long_answer(wire: str, environment) -> None:
    done = run("c", "call", environment(wire, MAX_TOKENS="400"))
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"\n\n\[canceled after 2\d\d bytes\]\n$", done.stdout), done.stdout


def test_call_is_ended_by_ctrl_c(environment) -> None:
    process = subprocess.Popen(program("c", "call"), env=environment("openai", MAX_TOKENS="400"), stdout=subprocess.PIPE)
    first = process.stdout.read(1)
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=HANG)
    assert process.returncode == 0
    assert re.search(r"\n\n\[canceled after \d+ bytes\]\n$", (first + rest).decode()), rest


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("language, name", (("python", "async_stream"), ("node", "many")))
def test_several_questions_are_asked_at_once(language: str, name: str, wire: str, environment) -> None:
    done = run(language, name, environment(wire), "Name a river.", "Name a mountain.")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Name a river." in done.stdout and "Name a mountain." in done.stdout
    assert re.search(r"^2 (calls: \d+ tokens in, \d+ out|of 2 answered; p50 \d+ ms)$", done.stdout, re.MULTILINE), done.stdout
