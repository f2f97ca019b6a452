"""Each recorded request, put in libllm's words and encoded again, means what it meant."""
import collections
from typing import Callable, Counter, List

import pytest
from conftest import Pair
from meaning import FORMS
from recorded import WIRES

Pairs = Callable[[str], List[Pair]]
SHOWN = 20
#: Which request the library refuses before the provider does, and in which words.
REFUSED = {"openai-chat/deepseek/wire_shape_matrix__blocking_image_base64_part_reaches_the_wire": "image_url"}
#: Clients that spoke to an address other than that of the provider by which they are repeated.
ELSEWHERE = ("openai-chat/copilot", "openai-chat/doubleword", "openai-embeddings/doubleword", "openai-responses/chatgpt",
             "openai-responses/copilot", "openai-responses/openrouter", "anthropic/anthropic/streaming__gateway_message")


@pytest.mark.parametrize("wire", WIRES)
def test_what_is_sent_means_what_was_recorded(wire: str, pairs: Pairs, report: Callable[[str], None]) -> None:
    forms, wrong, equal = FORMS[wire], [], 0
    needed: Counter[str] = collections.Counter()
    for recorded, sent, _ in pairs(wire):
        if sent is None:
            continue
        wrong += [f"{recorded.name}{difference}" for difference in forms.differences(recorded.body, sent.body)]
        equal += recorded.body == sent.body
        needed.update(form.says for form in forms.needed(recorded.body, sent.body))
    assert not wrong, "\n".join(wrong[:SHOWN])
    # A form that no recording needs would only hide something.
    assert [form.says for form in forms if not needed[form.says]] == []
    count = sum(pair.sent is not None for pair in pairs(wire))
    report(f"{wire}: {count} of {len(pairs(wire))} recorded requests sent, {equal} as recorded, "
           f"{count - equal} in other words of the same meaning")
    for says, times in needed.most_common():
        report(f"    {times:3} {says}")


@pytest.mark.parametrize("wire", WIRES)
def test_what_the_library_refuses_is_known(wire: str, pairs: Pairs) -> None:
    refused = {recorded.name: refusal for recorded, sent, refusal in pairs(wire) if sent is None}
    assert refused.keys() == {name for name in REFUSED if name.startswith(wire + "/")}
    assert all(REFUSED[name] in refusal for name, refusal in refused.items()), refused


@pytest.mark.parametrize("wire", WIRES)
def test_it_is_sent_to_where_it_was_sent(wire: str, pairs: Pairs) -> None:
    wrong = [f"{recorded.name}: {recorded.path}, sent to {sent.path}" for recorded, sent, _ in pairs(wire)
             if sent and not recorded.name.startswith(ELSEWHERE) and sent.path.split("?")[0] != recorded.path]
    assert not wrong, "\n".join(wrong[:SHOWN])
