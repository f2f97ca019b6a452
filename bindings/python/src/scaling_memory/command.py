"""The command line: asks a provider and prints the answer."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from typing import Any, Dict, Final, List, Mapping, NoReturn, Optional, Sequence

from ._library import LibraryError, library_path, library_version
from .client import Client
from .errors import ConfigurationError, InvalidArgumentError, LLMError
from .events import Event, ReasoningEvent, ResponseEvent, TextEvent, ToolCallDeltaEvent, ToolCallEvent
from .responses import Response

NAME: Final = "scaling-memory"

#: Exit statuses besides 0.
FAILED: Final = 1
#: The command line, the configuration or the installation is wrong.
USAGE: Final = 2
#: The call failed, and may succeed later: sysexits.h's EX_TEMPFAIL.
LATER: Final = 75
#: As shells have it for a program that Ctrl-C ended, and for one that nobody reads any more.
INTERRUPTED: Final = 130
UNREAD: Final = 141

DESCRIPTION: Final = """\
Asks an LLM provider and prints the answer.

The provider and its key are taken from the environment: LLM_PROVIDER, OPENAI_API_KEY, ANTHROPIC_API_KEY and so on;
<PROVIDER>_MODEL and the other variables of libllm count too, after what is said here."""

STATUSES: Final = """\
exit status: 0 there is an answer, 1 the call failed, 2 the command line or the configuration is wrong, 75 the call failed
and may succeed later, 130 Ctrl-C"""

# What a terminal would obey instead of showing: control characters, other than tabs and line ends.
_CONTROLS: Final = {code: None for code in (*range(9), *range(11, 32), *range(127, 160))}

_EVENT_NAMES: Final = {
    TextEvent: "text",
    ReasoningEvent: "reasoning",
    ToolCallDeltaEvent: "tool_call_delta",
    ToolCallEvent: "tool_call",
}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"{NAME}: {message}; try {NAME} --help\n")


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Runs the command line with `arguments`, by default the program's, and returns the exit status."""
    parser = _arguments()
    given = parser.parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # an answer may hold what the terminal has no character for
    try:
        status = _run(parser, given)
        sys.stdout.flush()
        return status
    except LLMError as error:
        _say(json.dumps(error.raw or {"status": error.status, "message": str(error)}) if given.json else str(error), given)
        if isinstance(error, (ConfigurationError, InvalidArgumentError)):
            return USAGE
        return LATER if error.retryable else FAILED
    except LibraryError as error:
        _say(str(error), given)
        return USAGE
    except KeyboardInterrupt:
        if sys.stderr.isatty():
            print(file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Python flushes stdout once more at its end, and would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREAD
    except OSError as error:  # a full disk, for one
        _say(f"the answer cannot be written: {error.strerror}", given)
        return FAILED


def _arguments() -> argparse.ArgumentParser:
    parser = _Parser(
        prog=NAME, description=DESCRIPTION, epilog=STATUSES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("prompt", nargs="?", help='the question; "-" takes it from standard input')
    parser.add_argument("--provider", metavar="NAME", help="openai, anthropic ...; default LLM_PROVIDER")
    parser.add_argument("--model", metavar="NAME", help="default <PROVIDER>_MODEL")
    parser.add_argument("--system", metavar="TEXT", help="instructions to the model")
    parser.add_argument("--max-tokens", metavar="N", type=int, help="the most tokens that the answer may have")
    parser.add_argument("--base-url", metavar="URL", help="a server other than the provider's own; it may need no key")
    stream = parser.add_mutually_exclusive_group()
    stream.add_argument(
        "--stream", action="store_true", default=None, help="print the answer while it comes, as is done on a terminal"
    )
    stream.add_argument("--no-stream", action="store_false", dest="stream", help="print the answer when it is whole")
    parser.add_argument(
        "--json", action="store_true", help="print the response as JSON, with --stream one line an event; errors too"
    )
    parser.add_argument("--list-models", action="store_true", help="print the provider's models instead of asking")
    parser.add_argument("--version", action="store_true", help="print the library's version and where it is")
    return parser


def _run(parser: argparse.ArgumentParser, given: argparse.Namespace) -> int:
    if given.version:
        print(f"libllm {library_version()}, {library_path()}")
        return 0
    if given.prompt is None and not given.list_models:
        parser.error('there is no prompt: give one, or "-" to take it from standard input')
    if given.prompt is not None and given.list_models:
        parser.error("--list-models takes no prompt")
    messages = [] if given.list_models else _messages(parser, given)
    with _client(given) as client:
        if given.list_models:
            _print_models(client, given)
        elif given.stream if given.stream is not None else sys.stdout.isatty() and not given.json:
            _stream(client, messages, given)
        else:
            _print_response(client.complete(messages), given)
    return 0


def _messages(parser: argparse.ArgumentParser, given: argparse.Namespace) -> List[Mapping[str, Any]]:
    prompt = given.prompt
    if prompt == "-":
        try:
            prompt = sys.stdin.buffer.read().decode()
        except UnicodeDecodeError as error:
            parser.error(f"standard input is not UTF-8 text: byte {error.start} is not")
    if not prompt.strip():
        parser.error("the prompt is empty")
    system = [] if given.system is None else [{"role": "system", "content": given.system}]
    return [*system, {"role": "user", "content": prompt}]


def _client(given: argparse.Namespace) -> Client:
    if given.base_url is not None:
        # The environment is read before other settings are, and asks for a key where it names no server.
        provider = given.provider or os.environ.get("LLM_PROVIDER", "")
        os.environ[f"{provider.partition('-')[0].upper()}_BASE_URL"] = given.base_url
    return Client.from_env(
        given.provider, model=given.model, max_tokens=given.max_tokens, base_url=given.base_url
    )


def _stream(client: Client, messages: Sequence[Mapping[str, Any]], given: argparse.Namespace) -> None:
    ended = True
    with client.stream(messages) as stream:
        try:
            if given.json:
                for event in stream:
                    print(json.dumps(_event(event), ensure_ascii=False), flush=True)
            else:
                for text in stream.text:
                    print(_shown(text), end="", flush=True)
                    ended = text.endswith("\n")
        finally:
            if not ended and not isinstance(sys.exc_info()[1], BrokenPipeError):
                print(flush=True)
    _remark(stream.response, given)


def _print_response(response: Response, given: argparse.Namespace) -> None:
    if given.json:
        print(json.dumps(response.raw, ensure_ascii=False))
    else:
        content = _shown(response.content)
        print(content, end="" if content.endswith("\n") else "\n")
    _remark(response, given)


def _print_models(client: Client, given: argparse.Namespace) -> None:
    models = client.list_models()
    if given.json:
        print(json.dumps(models.raw, ensure_ascii=False))
    else:
        for model in models:
            print(_shown(model.id))


def _event(event: Event) -> Dict[str, Any]:
    """An event as JSON: {"event": "text", "text": "..."} and the like, the last one {"event": "response", ...}."""
    if isinstance(event, ResponseEvent):
        return {"event": "response", "response": event.response.raw}
    if isinstance(event, (TextEvent, ReasoningEvent)):
        return {"event": _EVENT_NAMES[type(event)], "text": event.text}
    return {"event": _EVENT_NAMES[type(event)], **vars(event)}


def _remark(response: Response, given: argparse.Namespace) -> None:
    """Says on stderr why an answer is not whole."""
    if not given.json and response.finish_reason == "length":
        _say("the answer was cut off at the most tokens that it may have; --max-tokens gives it more", given)
    elif not given.json and response.finish_reason == "content_filter":
        _say("the provider's filter ended the answer", given)


def _say(sentence: str, given: argparse.Namespace) -> None:
    print(sentence if given.json else f"{NAME}: {sentence}", file=sys.stderr)


def _shown(text: str) -> str:
    return text.translate(_CONTROLS) if sys.stdout.isatty() else text
