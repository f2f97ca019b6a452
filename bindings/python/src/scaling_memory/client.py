"""The client whose calls wait."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any, Callable, Mapping, Optional, Sequence, Type, Union, overload

from . import _native
from ._arguments import analysis, decode, embedding, encode, options, request
from ._base import BaseClient
from ._watch import watch
from .responses import Response
from .stream import Stream

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .embeddings import Embeddings
    from .events import Event
    from .health import HealthReport
    from .models import ModelList
    from .request import CallOptions, EmbedFields, Prompt, RequestFields


class Client(BaseClient):
    """A provider, its settings and its policies. Make one and use it from all threads; it sends nothing by itself.

        with Client("openai", model="gpt-4o-mini") as client:
            print(client.complete("What is 2+2?").content)

    Every call may raise any LLMError, and KeyboardInterrupt at Ctrl-C, which ends the call. Times are milliseconds.
    """

    def complete(self, prompt: Prompt, **fields: Unpack[RequestFields]) -> Response:
        """Asks and waits for the whole answer.

        `prompt` is a question, a list of messages (spelled as in OpenAI's chat completions, whatever the provider), or
        a whole request; `fields` are the request's other fields.
        """
        return Response.from_json(self._result(_native.LLM_OP_COMPLETE, request(prompt, fields)))

    @overload
    def stream(self, prompt: Prompt, **fields: Unpack[RequestFields]) -> Stream: ...

    @overload
    def stream(
        self, prompt: Prompt, *, on_event: Callable[[Event], object], **fields: Unpack[RequestFields]
    ) -> Response: ...

    def stream(
        self, prompt: Prompt, *, on_event: Optional[Callable[[Event], object]] = None, **fields: Unpack[RequestFields]
    ) -> Union[Stream, Response]:
        """Asks and gives the answer's events as they come: as an iterator, or to `on_event`.

        With `on_event`, calls it with each event, on this thread, and returns the response. What it returns does not
        matter; an exception out of it cancels the call and comes out of here. It may make further calls.
        """
        asked = request(prompt, fields)
        whole = encode(asked)
        stream = Stream(self, self._library.make_stream_call(), watch(self, _native.LLM_OP_STREAM, asked))
        try:
            failure = stream._call.begin(self._open_handle(), whole)
            if failure is not None:
                raise failure
            if on_event is None:
                return stream
            for event in stream:
                on_event(event)
            return stream.response
        except BaseException as error:  # the failure, Ctrl-C, or what on_event threw
            stream._watch.failed(error)
            stream.close()
            raise

    def analyze(
        self, content: str, instruction: Optional[str] = None, **fields: Unpack[RequestFields]
    ) -> Response:
        """Asks for an analysis of `content` (a page, a log, a document) after `instruction`; None asks for a summary
        with the key points. The content is marked as material, not as instructions."""
        return Response.from_json(self._result(_native.LLM_OP_ANALYZE, analysis(content, instruction, fields)))

    def embed(self, input: Union[str, Sequence[str]], **fields: Unpack[EmbedFields]) -> Embeddings:
        """Turns a text, or each of several, into a vector. UnsupportedError where the provider has no embeddings."""
        from .embeddings import Embeddings

        return Embeddings.from_json(self._result(_native.LLM_OP_EMBED, embedding(input, fields)))

    def list_models(self, **fields: Unpack[CallOptions]) -> ModelList:
        """The provider's models, all pages of the list."""
        from .models import ModelList

        return ModelList.from_json(self._result(_native.LLM_OP_LIST_MODELS, options(fields)))

    def health_check(self, **fields: Unpack[CallOptions]) -> HealthReport:
        """Whether the provider answers and takes the key, asked without spending tokens.

        A provider that is down or refuses the key is a report, not an exception. Takes 10 seconds at most, unless
        "timeout" says otherwise.
        """
        from .health import HealthReport

        return HealthReport.from_json(self._result(_native.LLM_OP_HEALTH_CHECK, options(fields)))

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    def _result(self, operation: int, fields: Mapping[str, Any]) -> Any:
        """Runs a call that has one event, and returns that."""
        with watch(self, operation, fields) as watched:
            result = decode(self._library.result(self, operation, encode(fields)))
            watched.succeeded(result)
            return result
