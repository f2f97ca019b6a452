"""Google's SDK. It has the types of a request's members, and puts them together as
https://ai.google.dev/api/generate-content and https://ai.google.dev/api/embeddings say; here that is done with models."""
from typing import Any, List, Optional

from google.genai.types import Content, GenerationConfig, SafetySetting, Tool, ToolConfig
from pydantic import BaseModel, Field

from .strict import Reader


class GenerateContent(BaseModel):
    contents: List[Content]
    system_instruction: Optional[Content] = Field(None, alias="systemInstruction")
    tools: Optional[List[Tool]] = None
    tool_config: Optional[ToolConfig] = Field(None, alias="toolConfig")
    safety_settings: Optional[List[SafetySetting]] = Field(None, alias="safetySettings")
    generation_config: Optional[GenerationConfig] = Field(None, alias="generationConfig")
    cached_content: Optional[str] = Field(None, alias="cachedContent")


class EmbedContent(BaseModel):
    model: str
    content: Content
    task_type: Optional[str] = Field(None, alias="taskType")
    title: Optional[str] = None
    output_dimensionality: Optional[int] = Field(None, alias="outputDimensionality")


class BatchEmbedContents(BaseModel):
    requests: List[EmbedContent]


_contents = Reader(GenerateContent)
_embeddings = Reader(BatchEmbedContents)


def contents(body: Any) -> List[str]:
    return _contents.complaints(body)


def embeddings(body: Any) -> List[str]:
    return _embeddings.complaints(body)
