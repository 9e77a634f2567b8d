"""A process of its own for PyOD's models: fits one on rows, scores others, answers over its pipes; imported by nobody.

A request is a line of JSON, `{"model", "taught": [n, d], "asked": [w, k, d]}`, and both arrays as float64.
The answer is a line, `{"scores": w·k}` and the scores as float64, or `{"failed": "why"}`.
"""

import hashlib
import importlib
import inspect
import json
import os
import sys
import threading
import warnings
from collections import OrderedDict
from typing import IO, Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
COMPARING = {"ECOD", "COPOD"}
"""Models that score rows by comparing them with each other, too: they are asked for one watch at a time."""
KEPT = 64
"""Fitted models that are kept, newest first."""
SEED = 7
GLANCE_S = 0.5


def main() -> None:
    """Answer until the one that asks is gone; in the middle of an answer, too."""
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    asked = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    # What a library prints must not stand among the answers.
    os.dup2(2, 1)
    warnings.simplefilter("ignore")
    fitted: OrderedDict[str, Any] = OrderedDict()
    while line := asked.readline():
        head = json.loads(line)
        taught, rows = _array(asked, head["taught"]), _array(asked, head["asked"])
        try:
            scores = _scores(_model(fitted, head["model"], taught), head["model"], rows)
        except Exception as error:  # noqa: BLE001 - whatever a library raises is told to the one that asked
            _tell(answers, {"failed": f"{type(error).__name__}: {error}"[:500]})
        else:
            _tell(answers, {"scores": scores.size}, scores.tobytes())


def _end_with(parent: int) -> None:
    """A model may be fitted for minutes, and see no closed pipe meanwhile."""
    never = threading.Event()
    while os.getppid() == parent:
        never.wait(GLANCE_S)
    os._exit(0)


def _array(asked: IO[bytes], shape: list[int]) -> Array:
    count = int(np.prod(shape))
    return np.frombuffer(asked.read(8 * count), np.float64, count).reshape(shape)


def _tell(answers: IO[bytes], head: dict[str, Any], body: bytes = b"") -> None:
    answers.write(json.dumps(head).encode() + b"\n" + body)
    answers.flush()


def _model(fitted: OrderedDict[str, Any], name: str, taught: Array) -> Any:  # noqa: ANN401 - PyOD's, unseen
    """The model fitted on these rows, from an earlier request where it is still held."""
    key = name + hashlib.sha256(taught.tobytes()).hexdigest()
    if key in fitted:
        fitted.move_to_end(key)
        return fitted[key]
    kind = getattr(importlib.import_module(f"pyod.models.{name.lower()}"), name)
    seeded = "random_state" in inspect.signature(kind).parameters
    # Some draw from the one generator that numpy shares: the same rows must give the same model.
    np.random.seed(SEED)  # noqa: NPY002, TID251
    model = kind(random_state=SEED) if seeded else kind()
    model.fit(taught)
    fitted[key] = model
    while len(fitted) > KEPT:
        fitted.popitem(last=False)
    return model


def _scores(model: Any, name: str, rows: Array) -> Array:  # noqa: ANN401 - PyOD's, unseen
    if name in COMPARING:
        found = [model.decision_function(watch) for watch in rows]
    else:
        found = [model.decision_function(rows.reshape(-1, rows.shape[2]))]
    return np.ascontiguousarray(np.concatenate(found), np.float64)


if __name__ == "__main__":
    main()
