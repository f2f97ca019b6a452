"""What the clients have in common: a provider, its settings and its policies, and no call yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping, Optional, Type, TypeVar, Union

from ._arguments import configuration, encode
from ._library import library

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._handle import Handle
    from .configuration import Settings
    from .stats import Stats

Self = TypeVar("Self", bound="BaseClient")

# What those that watch calls are told of a configuration.
_SHOWN = ("provider", "model", "base_url", "max_tokens", "temperature")


class BaseClient:
    """A provider and its settings. Any thread may use it; it sends nothing by itself."""

    def __init__(self, provider: Union[str, Mapping[str, Any]], **settings: Unpack[Settings]) -> None:
        """A client for `provider`: its name with settings as keywords, or a whole configuration, or both.

        The key is taken from "api_key", else from the variable that "api_key_env" names, else from the provider's own
        (OPENAI_API_KEY ...). A server with a "base_url" of your own needs none. ConfigurationError names the field that
        is wrong and what it takes. LibraryError if libllm cannot be loaded.
        """
        self._handle: Optional[Handle] = None
        config = configuration(provider, settings)
        self._name = " ".join(str(config[name]) for name in ("provider", "model") if config.get(name))
        self._shown = {name: config[name] for name in _SHOWN if config.get(name) is not None}
        self._library = library()
        self._handle = self._library.create_client(encode(config))

    @classmethod
    def from_env(cls: Type[Self], provider: Optional[str] = None, **settings: Unpack[Settings]) -> Self:
        """A client from the environment: LLM_PROVIDER unless `provider` is given, then <PROVIDER>_API_KEY, _MODEL,
        _MAX_TOKENS, _TEMPERATURE and _BASE_URL, RATE_LIMIT_PER_MINUTE and the others that llm.h lists.

        `settings` count before what the environment says. ConfigurationError names the variable that is missing or out
        of range. Do not call it while another thread changes the environment.
        """
        return cls(library().configuration_from_env(provider), **settings)

    def stats(self) -> Stats:
        """What has become of this client's calls so far. Does not wait."""
        from .stats import Stats

        return Stats.from_json(self._library.stats(self))

    @property
    def closed(self) -> bool:
        """Whether close() was called."""
        return self._handle is None

    def close(self) -> None:
        """Ends the client. Its calls end with CanceledError, and later ones raise ClosedError.

        Never waits. Any thread, any number of times.
        """
        self._handle = None  # see Handle: freed at once, or when the last thread that is starting a call has done so

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._name}{' closed' if self.closed else ''}>"

    def _open_handle(self) -> Handle:
        handle = self._handle
        if handle is None:
            from .errors import ClosedError

            raise ClosedError("the client is closed")
        return handle
