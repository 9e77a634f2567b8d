"""Every path of the HTTP API, from the description that the server itself gives."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scripts.reference.page import table
from shipwake.app import compose
from shipwake.config import default
from shipwake.web.application import make
from shipwake.web.documents import describe

TITLE = "The HTTP API"


def text() -> str:
    """One heading a method and path."""
    return "\n".join(
        _operation(f"{method.upper()} {path}", operation)
        for path, operations in document()["paths"].items()
        for method, operation in operations.items()
    )


def document() -> dict[str, Any]:
    """The OpenAPI document of a server on an empty database."""
    with TemporaryDirectory() as folder:
        database = f"sqlite:///{Path(folder) / 'empty.db'}"
        river = compose(default({"SHIPWAKE_DATABASE": database}))
        try:
            return describe(make(river))
        finally:
            river.store.close()


def _operation(name: str, operation: dict[str, Any]) -> str:
    scope = operation.get("x-scope")
    needs = f"Needs `{scope}`." if scope else "Needs no token."
    says = operation.get("description") or f"{operation.get('summary', '')}."
    asked = [
        (f"`{part['name']}`", part["in"], part.get("description", ""))
        for part in operation.get("parameters", ())
    ]
    return f"## {name}\n\n{says}\n{needs}\n\n{table(('parameter', 'in', 'is'), asked)}"
