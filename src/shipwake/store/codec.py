"""The domain's values as JSON text, and evidence as packed bytes; what comes back equals what went in."""

import math
import struct
import zlib
from dataclasses import replace
from threading import Lock
from typing import Any, TypeVar

import msgspec
import numpy as np

from shipwake.domain import Assessment, Evidence, Floats

T = TypeVar("T")
_HEAD = struct.Struct("<ddIIIII")
"""t0_s, step_s, before, then the lengths of values, total, low and high."""
_LEVEL = 6


def encode(value: object) -> str:
    """JSON text of a domain value without arrays."""
    return msgspec.json.encode(value).decode()


def decode(kind: type[T], text: str) -> T:
    """The value of that type whose JSON this is; a field it lacks takes its default."""
    decoder: msgspec.json.Decoder[T] = _DECODERS.get(kind) or _built(kind)
    return decoder.decode(text)


def _built(kind: Any) -> Any:  # noqa: ANN401 - a type, and its decoder
    """A decoder, built by one thread at a time: msgspec shows what it knows of a dataclass before that is whole.

    A second thread that builds from the half of it, or decodes by it, ends the process (seen with msgspec 0.22.0).
    """
    with _BUILDING:
        if kind not in _DECODERS:
            _DECODERS[kind] = msgspec.json.Decoder(kind)
        return _DECODERS[kind]


_BUILDING = Lock()
_DECODERS: dict[Any, Any] = {}
"""By type; building one takes longer than decoding thousands of values."""
_LENIENT = msgspec.json.Decoder(Assessment, strict=False)


def encode_assessment(assessment: Assessment) -> str:
    """JSON text of an assessment without its evidence; an infinite interval is kept as the word "inf"."""
    plain = msgspec.to_builtins(replace(assessment, evidence=None))
    return msgspec.json.encode(_worded(plain)).decode()


def decode_assessment(text: str, packed: bytes | None = None) -> Assessment:
    """The assessment, with its evidence where the packed bytes are given."""
    assessment = _LENIENT.decode(text)
    return assessment if packed is None else replace(assessment, evidence=unpack(packed))


def _worded(value: Any) -> Any:  # noqa: ANN401 - what JSON holds
    """The same with "nan" and "inf" for what JSON has no number for."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {key: _worded(item) for key, item in value.items()}
    return value


def pack(evidence: Evidence) -> bytes:
    """Evidence as compressed bytes.

    The arrays stand one after another with their bytes transposed (all first bytes, all second
    bytes …), since neighbouring samples share their leading bytes: about a third smaller.
    """
    arrays = [
        np.ascontiguousarray(a, "<f8")
        for a in (evidence.values, evidence.total, evidence.low, evidence.high)
    ]
    lengths = [len(a) for a in arrays]
    head = _HEAD.pack(evidence.t0_s, evidence.step_s, evidence.before, *lengths)
    turned = np.concatenate(arrays).view(np.uint8).reshape(-1, 8).T.tobytes()
    return zlib.compress(head + turned, _LEVEL)


def unpack(packed: bytes) -> Evidence:
    """Evidence from what `pack` made of it."""
    plain = zlib.decompress(packed)
    t0_s, step_s, before, *lengths = _HEAD.unpack_from(plain)
    turned = np.frombuffer(plain, np.uint8, offset=_HEAD.size).reshape(8, -1)
    numbers: Floats = np.ascontiguousarray(turned.T).reshape(-1).view("<f8").astype(np.float64)
    values, total, low, high = np.split(numbers, np.cumsum(lengths)[:-1])
    return Evidence(
        t0_s=t0_s, step_s=step_s, before=before, values=values, total=total, low=low, high=high
    )
