"""Sends requests through the library, and gives what went over the wire."""
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Dict, Optional, Type
from urllib.parse import urlsplit

from everywhere import Everywhere, Sent

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "bindings/python/src"))

from scaling_memory import BadRequestError, Client, LLMError, list_providers  # noqa: E402, F401

REGION = "us-east-1"
AWS = {"aws": {"region": REGION, "access_key_id": "id", "secret_access_key": "secret"}}


class Sender:
    """One client a provider, each at its provider's own address."""

    def __init__(self, folder: Path) -> None:
        self._addresses = {provider.name: provider.base_url.replace("{region}", REGION) for provider in list_providers()}
        hosts = {urlsplit(address).hostname or "" for address in self._addresses.values() if address.startswith("https:")}
        self._server = Everywhere(folder, sorted(hosts))
        self._clients: Dict[str, Client] = {}

    def __enter__(self) -> "Sender":
        self._server.__enter__()
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        for client in self._clients.values():
            client.close()
        self._server.__exit__()

    def send(self, provider: str, operation: str, request: Dict[str, Any]) -> Sent:
        """What goes over the wire for this request; `operation` is "complete", "stream" or "embed". Raises what the
        library refuses before anything is sent."""
        client = self._client(provider)
        before = len(self._server.sent)
        try:
            if operation == "complete":
                client.complete(request)
            elif operation == "stream":
                client.stream(request).finish()
            else:
                client.embed(request["input"], **{name: value for name, value in request.items() if name != "input"})
        except BadRequestError:
            pass
        [sent] = self._server.sent[before:]
        return sent

    def _client(self, provider: str) -> Client:
        if provider not in self._clients:
            local = self._addresses[provider].startswith("http:")
            place: Dict[str, Any] = ({"base_url": self._server.url + urlsplit(self._addresses[provider]).path} if local else
                                     {"proxy": self._server.url, "ca_file": str(self._server.ca_file)})
            self._clients[provider] = Client(
                provider, model="unnamed", retry={"max_retries": 0}, rate_limit={"per_minute": 0, "per_hour": 0},
                **place, **(AWS if provider == "bedrock" else {"api_key": "key"}))
        return self._clients[provider]
