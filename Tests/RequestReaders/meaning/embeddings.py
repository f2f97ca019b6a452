"""Embeddings: OpenAI's, and Gemini's batchEmbedContents. https://ai.google.dev/api/embeddings"""
from .forms import Body, Forms

openai = Forms()
gemini = Forms()


@gemini("names may be written in the way of protocol buffers, with underscores")
def names(body: Body) -> None:
    for one in body["requests"]:
        if "output_dimensionality" in one:
            one["outputDimensionality"] = one.pop("output_dimensionality")
