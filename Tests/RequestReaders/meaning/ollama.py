"""Ollama's chat. https://docs.ollama.com/api/chat"""
from .forms import Body, Forms, drop

forms = Forms()


@forms("options without members are none")
def options(body: Body) -> None:
    drop(body, ("options", {}))


@forms("a call is one of a function")
def call(body: Body) -> None:
    for message in body["messages"]:
        for one in message.get("tool_calls", []):
            drop(one, ("type", "function"))
