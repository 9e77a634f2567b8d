"""The JSON twin of a page: the very view that its template shows, so that both always say the same."""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum

import numpy as np

from shipwake.domain import rfc3339

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def twin(value: object) -> Json:
    """A view as plain JSON values: instants as RFC 3339, a number that is not finite as null."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str | Enum | datetime | timedelta):
        return _word(value)
    return _several(value)


def _word(value: str | Enum | datetime | timedelta) -> Json:
    match value:
        case Enum():
            return str(value.value)
        case datetime():
            return rfc3339(value)
        case timedelta():
            return value.total_seconds()
    return str(value)


def _several(value: object) -> Json:
    match value:
        case np.ndarray():
            return [twin(item) for item in value.tolist()]
        case Mapping():
            return {str(key): twin(item) for key, item in value.items()}
        case list() | tuple():
            return [twin(item) for item in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {f.name: twin(getattr(value, f.name)) for f in fields(value)}
    raise TypeError(f"a view may not hold a {type(value).__name__}")
