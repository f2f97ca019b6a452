"""Readers of JSON made from the types of an SDK, which notice what its type checker would notice and more."""
import json
import warnings
from typing import Any, Collection, List

from pydantic import TypeAdapter, ValidationError
from pydantic_core import SchemaValidator


class Reader:
    """Reads values of a type: a TypedDict, a model, or a union of such. A member that the type does not have, and a value
    that would have to be converted, is an error."""

    def __init__(self, of: Any, open: Collection[type] = ()) -> None:
        """`open`: models that may have more members than they say."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of an SDK's own types
            schema = TypeAdapter(of).core_schema
        self._validator = SchemaValidator(_eager(schema, open), _use_prebuilt=False)

    def complaints(self, body: Any) -> List[str]:
        """What is wrong with the body; nothing where it can be read."""
        try:
            self._validator.validate_json(json.dumps(body), strict=True, by_alias=True, by_name=False)
            return []
        except ValidationError as error:
            return [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_url=False)]


def _eager(schema: Any, open: Collection[type]) -> Any:
    """The schema without its two leniencies: an Iterable is looked at only when somebody iterates over it, and members
    that are not known are ignored."""
    if isinstance(schema, (list, tuple)):
        return type(schema)(_eager(one, open) for one in schema)
    if not isinstance(schema, dict):
        return schema
    result = {key: value if key == "metadata" else _eager(value, open) for key, value in schema.items()}
    if result.get("type") == "generator":
        result["type"] = "list"
    if result.get("type") == "typed-dict" and result.get("extra_behavior") != "allow":
        result["extra_behavior"] = "forbid"
    if result.get("type") == "model" and result["cls"] not in open:
        config, fields = result.setdefault("config", {}), result["schema"]
        for place, key in ((config, "extra_fields_behavior"), (fields, "extras_behavior")):
            if place.get(key) == "ignore":
                place[key] = "forbid"
            elif fields.get("extras_behavior") != "allow":
                place.setdefault(key, "forbid")
    return result
