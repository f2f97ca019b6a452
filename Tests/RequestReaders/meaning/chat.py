"""OpenAI's chat completions. https://platform.openai.com/docs/api-reference/chat/create"""
from .forms import Body, Forms, drop, drop_nulls

forms = Forms()


@forms("a member that is null is one that is not there")
def nulls(body: Body) -> None:
    drop_nulls(body)
    for message in body["messages"]:
        drop_nulls(message)


@forms("the library asks for the usage of a stream")
def usage(body: Body) -> None:
    if body.get("stream"):
        drop(body, ("stream_options", {"include_usage": True}))


@forms("the bound of the answer has two names, and the library takes the one that the provider prefers")
def bound(body: Body) -> None:
    if "max_completion_tokens" in body:
        body["max_tokens"] = body.pop("max_completion_tokens")


@forms("Mistral has two words for a call that is required")
def required(body: Body) -> None:
    if body.get("tool_choice") == "any":
        body["tool_choice"] = "required"


@forms("a call of a message needs no index: that is for a stream's pieces")
def index(body: Body) -> None:
    for message in body["messages"]:
        for call in message.get("tool_calls", []):
            call.pop("index", None)
