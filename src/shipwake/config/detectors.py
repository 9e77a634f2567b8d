"""The detectors that an SLI may name instead of the built-in judge; none of them is imported here."""

from collections.abc import Iterable
from importlib.util import find_spec

from shipwake.config.field import Field, closest
from shipwake.config.read import text
from shipwake.domain import Sli

LIBRARY = "pyod"
MODELS = (
    "COPOD",
    "ECOD",
    "GMM",
    "HBOS",
    "IForest",
    "INNE",
    "KDE",
    "KNN",
    "LODA",
    "LOF",
    "MCD",
    "OCSVM",
    "PCA",
)
"""PyOD's models that learn from a few thousand rows in seconds and score new ones without being fitted again."""
DETECTORS = tuple(f"{LIBRARY}.{model}" for model in MODELS)
REMEDY = "remove `detector` or install shipwake[pyod]"


def detector(field: Field) -> str:
    """The name of a detector, such as `pyod.ECOD`."""
    name = text(field)
    if name not in DETECTORS:
        same = next((d for d in DETECTORS if d.casefold() == name.casefold()), "")
        hint = f" (did you mean {same!r}?)" if same else closest(name, DETECTORS)
        raise field.wrong(f"{', '.join(DETECTORS)}{hint}, or no detector: the built-in judge")
    return name


def lacking(slis: Iterable[Sli], library: str = LIBRARY) -> str:
    """What to say where any of these SLIs names a detector whose library is not installed here; else empty."""
    named = [sli for sli in slis if sli.detector]
    if not named or find_spec(library) is not None:
        return ""
    first = named[0]
    more = f" and {len(named) - 1} more" if len(named) > 1 else ""
    return (
        f"{first.name}{more}: {first.detector} is not installed here, so it stays unknown; {REMEDY}"
    )
