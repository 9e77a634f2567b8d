"""What is written in the tests and at the top of each module can be read as sentences."""

import ast
import re

from tests.house.tree import CODE, functions, named, under

NEXT_SENTENCE = re.compile(r"[.!?]\s+[A-Z]")


def _fault(docstring: str | None) -> str | None:
    if not docstring:
        return "states no claim"
    if not docstring.endswith("."):
        return "does not end as a sentence"
    if "\n\n" in docstring or NEXT_SENTENCE.search(docstring):
        return "says more than one sentence"
    return None


def test_each_test_states_its_claim() -> None:
    """Each test's docstring is one sentence: its claim."""
    faults = {
        f"{named(path)}:{node.lineno} {node.name}": _fault(ast.get_docstring(node))
        for path in under("tests", suffix=".py")
        if path.name.startswith("test_")
        for node in functions(path)
        if node.name.startswith("test_")
    }

    assert {name: fault for name, fault in faults.items() if fault} == {}


def test_each_module_opens_with_its_purpose() -> None:
    """Each module opens with a sentence that says what it is for."""
    silent = [
        named(path)
        for path in under(*CODE, suffix=".py")
        if not (ast.get_docstring(ast.parse(path.read_bytes())) or "")
        .split("\n\n")[0]
        .endswith(".")
    ]

    assert silent == []
