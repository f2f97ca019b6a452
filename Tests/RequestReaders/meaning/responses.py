"""OpenAI's responses. https://platform.openai.com/docs/api-reference/responses/create"""
from .forms import Body, Forms, drop

forms = Forms()


@forms("an answer is stored unless told otherwise")
def stored(body: Body) -> None:
    drop(body, ("store", True))


@forms("a tool is strict unless told otherwise")
def strict(body: Body) -> None:
    for tool in body.get("tools", []):
        drop(tool, ("strict", True))


@forms("instructions are a system message at the beginning")
def instructions(body: Body) -> None:
    if body.get("instructions"):
        body["input"].insert(0, {"type": "message", "role": "system", "content": body.pop("instructions")})


@forms("the library asks for reasoning to come back encrypted")
def encrypted(body: Body) -> None:
    if body.get("reasoning"):
        drop(body, ("include", ["reasoning.encrypted_content"]))


@forms("what the model said is text and calls, unless it reasoned: then ids hold it together")
def said(body: Body) -> None:
    turn = []
    for item in [*body["input"], {"type": "end", "role": "end"}]:
        if item["type"] in ("reasoning", "function_call") or item.get("role") == "assistant":
            turn.append(item)
            continue
        if not any(one["type"] == "reasoning" for one in turn):
            for one in turn:
                drop(one, ("status", "completed"))
                one.pop("id", None)
        turn = []


@forms("a text without annotations has an empty list of them")
def annotations(body: Body) -> None:
    for item in body["input"]:
        for part in item["content"] if isinstance(item.get("content"), list) else []:
            drop(part, ("annotations", []))


@forms("what the model said in one part is that part's text")
def text(body: Body) -> None:
    for item in body["input"]:
        content = item.get("content")
        if item.get("role") != "assistant" or not isinstance(content, list):
            continue
        if [part.keys() for part in content] == [{"type", "text"}]:
            item["content"] = content[0]["text"]


@forms("a tool's result is complete")
def result(body: Body) -> None:
    for item in body["input"]:
        if item["type"] == "function_call_output":
            drop(item, ("status", "completed"))
