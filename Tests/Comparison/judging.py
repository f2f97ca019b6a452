"""From what a client said to one of four outcomes: right, wrong, an error, or that it hangs."""

import json
from typing import Any, Dict, List, NamedTuple, Optional, Sequence

from cases import Answer, Case, Failure

LONGEST = 90  # of what is quoted


class Outcome(NamedTuple):
    kind: str  # "right", "wrong", "error", "hangs"
    words: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.words}" if self.words else self.kind


def judge(case: Case, said: Optional[Dict[str, Any]], arrivals: Sequence[float], answered: Sequence[float]) -> Outcome:
    """`said` is None where the client did not come to an end; the times are those of the attempts, as the server saw them."""
    if said is None:
        return Outcome("hangs", f"nothing after {case.patience} s")
    if said.get("crashed"):
        return Outcome("error", f"the process ended, {said['crashed']}")
    if said["error"] is not None:
        if isinstance(case.wanted, Failure) and case.wanted.words in said["error"]:
            return Outcome("right", first_words(said["error"]))
        return Outcome("error", first_words(said["error"]))
    if isinstance(case.wanted, Failure):
        reason = f"finish reason `{said['finish_reason']}`" if said["finish_reason"] else "no finish reason"
        return Outcome("wrong", f"ends like an answer, {reason}")
    wrong = differences(case.wanted, said) + waiting(case, arrivals, answered)
    return Outcome("wrong", "; ".join(wrong)) if wrong else Outcome("right")


def differences(wanted: Answer, said: Dict[str, Any]) -> List[str]:
    wrong = []
    if wanted.text is not None and said["text"] != wanted.text:
        wrong.append(f"text {quoted(said['text'])}")
    if wanted.reasoning is not None and said["reasoning"] != wanted.reasoning:
        wrong.append(f"reasoning {quoted(said['reasoning'])}" if said["reasoning"] else "no reasoning")
    if said["finish_reason"] != wanted.finish_reason:
        wrong.append(f"finish reason `{said['finish_reason']}`" if said["finish_reason"] else "no finish reason")
    if [meaning(call) for call in said["tool_calls"]] != [meaning(call) for call in wanted.tool_calls]:
        calls = [f"{name}({arguments})" for _, name, arguments in said["tool_calls"]]
        number = f"{len(calls)} tool call{'' if len(calls) == 1 else 's'}"
        wrong.append(f"{number} {quoted(', '.join(calls))}" if calls else "no tool calls")
    if wanted.usage is not None and said["usage"] != list(wanted.usage):
        wrong.append(f"usage {said['usage']}" if said["usage"] else "no usage")
    return wrong


def waiting(case: Case, arrivals: Sequence[float], answered: Sequence[float]) -> List[str]:
    if len(arrivals) != case.attempts:
        return [f"{len(arrivals)} attempts"]
    gaps = [after - before for before, after in zip(answered, arrivals[1:])]
    return [f"asks again after {gap:.2f} s" for gap in gaps if gap < case.gap]


def meaning(call: Sequence[str]) -> List[Any]:
    """A tool call with its arguments read: how they are spaced is the client's."""
    try:
        return [*call[:2], json.loads(call[2])]
    except ValueError:
        return list(call)


def quoted(text: str) -> str:
    return f"`{shortened(text)}`" if text else "empty"


def first_words(error: str) -> str:
    return f"`{shortened(' '.join(error.split()))}`"


def shortened(text: str) -> str:
    text = text.replace("`", "'")
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
