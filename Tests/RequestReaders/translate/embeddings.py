"""Embeddings, of OpenAI's wire and of Gemini's."""
from typing import Any, Dict

from recorded import Recorded

#: The last is Mistral's name.
WIDTHS = ("dimensions", "output_dimension")


def openai(recorded: Recorded) -> Dict[str, Any]:
    body = recorded.body
    asked: Dict[str, Any] = {name: body[name] for name in ("model", "input", "encoding_format") if name in body}
    asked.update({"dimensions": body[name] for name in WIDTHS if name in body})
    extra = {name: value for name, value in body.items() if name not in (*asked, *WIDTHS)}
    return {**asked, "extra": extra} if extra else asked


def gemini(recorded: Recorded) -> Dict[str, Any]:
    """One request is a batch of single ones, which differ only in their texts."""
    ones = recorded.body["requests"]
    model = ones[0]["model"]
    assert all(one["model"] == model and len(one["content"]["parts"]) == 1 for one in ones)
    [width] = {one.get("output_dimensionality") for one in ones}
    asked = {"model": model, "input": [one["content"]["parts"][0]["text"] for one in ones]}
    return {**asked, "dimensions": width} if width else asked
