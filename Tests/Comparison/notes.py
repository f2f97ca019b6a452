"""What has to be said about single outcomes: what a client documents as its choice, and what belongs to this program."""

from typing import Dict, Tuple

PIECES = ("By design: it hands out the wire's pieces, and joining them is the caller's. This program joins them by `index`; "
          "joined by their ids they would be right.")
SEEN = "No exception; a caller who looks sees that the finish reason is `None`."
MADE_UP = "The finish reason is made up: the server sent none."

NOTES: Dict[Tuple[str, str], str] = {
    ("liter_llm", "tools-one-index"): PIECES,
    ("liter_llm", "large-event"): "By design: its buffer has a bound of 1 MiB, which `max_response_bytes` (64 MiB here) does not "
                                  "move. libllm's own bound is 16 MiB.",
    ("aimux", "large-event"): "By design: an event has a bound of 1 MiB, for which its Python package has no option. libllm's own "
                              "bound is 16 MiB.",
    ("openai", "cut"): SEEN,
    ("openai", "cut-in-event"): SEEN,
    ("aimux", "cut"): MADE_UP,
    ("aimux", "cut-in-event"): MADE_UP,
    ("aimux", "cr"): "The finish reason `stop` is made up: no event was read.",
    ("aimux", "done-open"): "Its `chunk_ms`, 30 s here, ends it with an error, though all of the answer has come.",
}

LEFT_OUT = "Vercel's AI SDK is not here: it is on npm alone, which could not be reached from where this was measured."
