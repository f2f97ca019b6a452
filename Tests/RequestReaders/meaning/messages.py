"""Anthropic's messages. https://docs.anthropic.com/en/api/messages"""
from .forms import Body, Forms

forms = Forms()


@forms("a system message stands at the beginning, where every model takes it")
def system(body: Body) -> None:
    """(Opus 4.8 is the first that takes one within the conversation, in some places. The library moves it.)"""
    within = [message for message in body["messages"] if message["role"] == "system"]
    if within:
        body["system"] = body.get("system", []) + [block for message in within for block in message["content"]]
        body["messages"] = [message for message in body["messages"] if message["role"] != "system"]
