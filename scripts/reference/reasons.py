"""Every word of health and every reason for one, as their definitions say them."""

import ast
import inspect
from enum import StrEnum

from scripts.reference.page import table
from shipwake.domain import EXIT_CODES, Health, Reason

TITLE = "Health and its reasons"


def text() -> str:
    """The five words with their exit status, then one heading a reason."""
    words = [(f"**{word}**", word.meaning, str(EXIT_CODES[word])) for word in Health]
    said = explained(Reason)
    reasons = [f"## {reason}\n\n{said[reason.name]}\n" for reason in Reason]
    return "\n".join([table(("word", "means", "exit status"), words), *reasons])


def explained(words: type[StrEnum]) -> dict[str, str]:
    """The sentence that follows each member in an enumeration's source."""
    (body,) = ast.parse(inspect.getsource(words)).body
    if not isinstance(body, ast.ClassDef):
        raise TypeError(f"{words} is no class")
    found: dict[str, str] = {}
    for member, after in zip(body.body, body.body[1:], strict=False):
        if isinstance(member, ast.Assign) and isinstance(member.targets[0], ast.Name):
            found[member.targets[0].id] = _sentence(after)
    return found


def _sentence(node: ast.stmt) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return " ".join(str(node.value.value).split())
    raise ValueError(f"line {node.lineno}: a sentence should follow the member before it")
