"""The list of a provider's models."""

from __future__ import annotations

from typing import Any, Dict, Iterator, Mapping, Optional, Tuple

from ._value import Value


class Model(Value, unshown=("raw",)):
    """One model. What the provider did not send is None."""

    #: What requests call it.
    id: str
    #: What people call it.
    name: Optional[str]
    #: When it was made, in seconds since 1970 (Unix time).
    created: Optional[int]
    owned_by: Optional[str]
    raw: Dict[str, Any]

    @classmethod
    def from_json(cls, model: Mapping[str, Any]) -> Model:
        return cls(
            id=model["id"],
            name=model.get("name"),
            created=model.get("created"),
            owned_by=model.get("owned_by"),
            raw=dict(model),
        )


class ModelList(Value, unshown=("raw",)):
    """All models that the provider lists. Iterate over it, index it, take its len()."""

    models: Tuple[Model, ...]
    provider: Optional[str]
    request_id: Optional[str]
    call_id: Optional[str]
    attempts: Optional[int]
    #: Milliseconds, over all pages of the list.
    latency_ms: Optional[float]
    raw: Dict[str, Any]

    @classmethod
    def from_json(cls, listing: Mapping[str, Any]) -> ModelList:
        return cls(
            models=tuple(Model.from_json(model) for model in listing.get("models") or ()),
            provider=listing.get("provider"),
            request_id=listing.get("request_id"),
            call_id=listing.get("call_id"),
            attempts=listing.get("attempts"),
            latency_ms=listing.get("latency_ms"),
            raw=dict(listing),
        )

    def __iter__(self) -> Iterator[Model]:
        return iter(self.models)

    def __len__(self) -> int:
        return len(self.models)

    def __getitem__(self, index: int) -> Model:
        return self.models[index]
