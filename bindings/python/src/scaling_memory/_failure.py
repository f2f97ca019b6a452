"""From the JSON of an error to the exception: an LLMError, or what an adapter of this program's has raised."""

from __future__ import annotations

import itertools
from typing import Any, Dict, Final, Mapping, Optional

from .errors import LLMError

_CODE: Final = "python exception "
_numbers = itertools.count(1)
#: Exceptions of calls whose end was not read yet; of those whose end nobody reads, the oldest go.
_kept: Dict[str, BaseException] = {}
_MOST_KEPT: Final = 1000


def keep(exception: BaseException) -> Dict[str, Any]:
    """Keeps what an adapter raised, and gives the error that leads back to it."""
    code = f"{_CODE}{next(_numbers)}"
    _kept[code] = exception
    if len(_kept) > _MOST_KEPT:
        _kept.pop(next(iter(_kept)), None)
    return {"message": f"the adapter raised {type(exception).__name__}: {exception}", "provider_code": code}


def raised_by_adapter(error: Mapping[str, Any]) -> Optional[BaseException]:
    """The exception that an adapter of this program's raised, where this is the error that it came to."""
    code = error.get("provider_code")
    return _kept.pop(code, None) if isinstance(code, str) and code.startswith(_CODE) else None


def failure(error: Mapping[str, Any]) -> BaseException:
    """What to raise for an error's JSON."""
    return raised_by_adapter(error) or LLMError.from_json(error)
