"""The client: a provider, its settings and the calls to it."""

from __future__ import annotations

import json
from ctypes import byref, c_void_p
from types import TracebackType
from typing import TYPE_CHECKING, Any, Callable, Dict, Mapping, Optional, Type, Union, overload

from . import _native
from ._call import Call
from ._handle import Handle, take_error, take_json
from ._library import library
from .configuration import configuration
from .errors import ClosedError, InternalError
from .events import Event
from .health import HealthReport
from .models import ModelList
from .request import Prompt, encode, options, request
from .responses import Response
from .stream import Stream

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .configuration import Settings
    from .request import CallOptions, RequestFields


class Client:
    """A provider, its settings and its policies. Make one and use it from all threads; it sends nothing by itself.

        with Client("openai", model="gpt-4o-mini") as client:
            print(client.complete("What is 2+2?").content)

    Every call may raise any LLMError, and KeyboardInterrupt at Ctrl-C, which ends the call. Times are milliseconds.
    """

    def __init__(self, provider: Union[str, Mapping[str, Any]], **settings: Unpack[Settings]) -> None:
        """A client for `provider`: its name with settings as keywords, or a whole configuration, or both.

        The key is taken from "api_key", else from the variable that "api_key_env" names, else from the provider's own
        (OPENAI_API_KEY ...). A server with a "base_url" of your own needs none. ConfigurationError names the field that
        is wrong and what it takes. LibraryError if libllm cannot be loaded.
        """
        self._handle: Optional[Handle] = None
        config = configuration(provider, settings)
        self._name = " ".join(str(config[name]) for name in ("provider", "model") if config.get(name))
        self._library = library()
        handle = Handle(self._library.llm_client_destroy)
        error = c_void_p()
        status = self._library.llm_client_create(encode(config), byref(handle.pointer), byref(error))
        if status != _native.LLM_OK:
            raise take_error(self._library, status, error)
        self._handle = handle

    @classmethod
    def from_env(cls, provider: Optional[str] = None, **settings: Unpack[Settings]) -> Client:
        """A client from the environment: LLM_PROVIDER unless `provider` is given, then <PROVIDER>_API_KEY, _MODEL,
        _MAX_TOKENS, _TEMPERATURE and _BASE_URL, RATE_LIMIT_PER_MINUTE and the others that llm.h lists.

        `settings` count before what the environment says. ConfigurationError names the variable that is missing or out
        of range. Do not call it while another thread changes the environment.
        """
        native = library()
        text, error = c_void_p(), c_void_p()
        name = None if provider is None else provider.encode()
        status = native.llm_config_from_env(name, byref(text), byref(error))
        if status != _native.LLM_OK:
            raise take_error(native, status, error)
        return cls(take_json(native, text), **settings)

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
        whole = request(prompt, fields)
        stream = Stream(self, Call(self._library))
        try:
            self._start(stream._call, _native.LLM_OP_STREAM, whole)
            if on_event is None:
                return stream
            for event in stream:
                on_event(event)
            return stream.response
        except BaseException:  # the failure, Ctrl-C, or what on_event threw
            stream.close()
            raise

    def analyze(
        self, content: str, instruction: Optional[str] = None, **fields: Unpack[RequestFields]
    ) -> Response:
        """Asks for an analysis of `content` (a page, a log, a document) after `instruction`; None asks for a summary
        with the key points. The content is marked as material, not as instructions."""
        whole: Dict[str, Any] = {"content": content, **options({"instruction": instruction, **fields})}
        return Response.from_json(self._result(_native.LLM_OP_ANALYZE, whole))

    def list_models(self, **fields: Unpack[CallOptions]) -> ModelList:
        """The provider's models, all pages of the list."""
        return ModelList.from_json(self._result(_native.LLM_OP_LIST_MODELS, options(fields)))

    def health_check(self, **fields: Unpack[CallOptions]) -> HealthReport:
        """Whether the provider answers and takes the key, asked without spending tokens.

        A provider that is down or refuses the key is a report, not an exception. Takes 10 seconds at most, unless
        "timeout" says otherwise.
        """
        return HealthReport.from_json(self._result(_native.LLM_OP_HEALTH_CHECK, options(fields)))

    @property
    def closed(self) -> bool:
        """Whether close() was called."""
        return self._handle is None

    def close(self) -> None:
        """Ends the client. Its calls end with CanceledError, and later ones raise ClosedError.

        Never waits. Any thread, any number of times.
        """
        self._handle = None  # see Handle: freed at once, or when the last thread that is starting a call has done so

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Client {self._name}{' closed' if self.closed else ''}>"

    def _start(self, call: Call, operation: int, fields: Mapping[str, Any]) -> None:
        failure = call.start(self._open_handle(), operation, encode(fields))
        if failure is not None:
            raise failure

    def _result(self, operation: int, fields: Mapping[str, Any]) -> Any:
        """Runs a call that has one event, and returns that as JSON. Stands on the pull functions, not on llm_complete,
        because Python runs signal handlers only between two of them."""
        call = Call(self._library)
        try:
            self._start(call, operation, fields)
            while True:
                item = call.next()
                if item is None:
                    raise InternalError("the call ended without a response")
                if item[0] == _native.LLM_EVENT_RESPONSE:
                    return json.loads(item[1])
        finally:
            call.close()

    def _open_handle(self) -> Handle:
        handle = self._handle
        if handle is None:
            raise ClosedError("the client is closed")
        return handle
