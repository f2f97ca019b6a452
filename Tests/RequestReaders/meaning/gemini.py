"""Gemini's generateContent. https://ai.google.dev/api/generate-content"""
from .forms import Body, Forms, drop, drop_nulls

forms = Forms()


@forms("a member that is null is one that is not there")
def nulls(body: Body) -> None:
    drop_nulls(body, ("generationConfig", "thinkingConfig", "tools", "systemInstruction", "contents", "parts"))


@forms("a part is no thought unless it says so")
def thought(body: Body) -> None:
    for turn in [*body["contents"], body.get("systemInstruction") or {}]:
        for part in turn.get("parts", []):
            drop(part, ("thought", False))


@forms("the system instruction has no role")
def role(body: Body) -> None:
    (body.get("systemInstruction") or {}).pop("role", None)


@forms("parameters are a JSON schema: parametersJsonSchema takes all of them, parameters some")
def schema(body: Body) -> None:
    for tool in body.get("tools") or []:
        for function in tool.get("functionDeclarations") or []:
            if "parameters" in function:
                function["parametersJsonSchema"] = function.pop("parameters")


@forms("names may be written in the way of protocol buffers, with underscores")
def names(body: Body) -> None:
    calling = (body.get("toolConfig") or {}).get("functionCallingConfig", {})
    if "allowed_function_names" in calling:
        calling["allowedFunctionNames"] = calling.pop("allowed_function_names")


@forms("a config without members is none")
def config(body: Body) -> None:
    drop(body, ("generationConfig", {}))
