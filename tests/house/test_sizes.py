"""Files and functions stay small enough to be read in one go."""

from tests.house.tree import CODE, SOURCE, functions, named, under

FILE_LINES = 400
FUNCTION_LINES = 60
ADAPTER_LINES = 250
DOORS = ("intake", "sources", "lookup", "tell")


def _lines(text: bytes) -> int:
    return len(text.splitlines())


def test_no_file_is_longer_than_400_lines() -> None:
    """No file of code, style or page is longer than 400 lines."""
    files = [p for kind in (".py", ".js", ".css", ".html") for p in under(*CODE, suffix=kind)]
    sizes = {named(path): _lines(path.read_bytes()) for path in files}

    assert {name: lines for name, lines in sizes.items() if lines > FILE_LINES} == {}


def test_no_function_is_longer_than_60_lines() -> None:
    """No function is longer than 60 lines, its docstring included."""
    sizes = {
        f"{named(path)}:{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in under(*CODE, suffix=".py")
        for node in functions(path)
    }

    assert {name: lines for name, lines in sizes.items() if lines > FUNCTION_LINES} == {}


def test_no_adapter_is_longer_than_250_lines() -> None:
    """An adapter is one file of at most 250 lines."""
    sizes = {
        named(path): _lines(path.read_bytes())
        for room in DOORS
        for path in (SOURCE / room).glob("*.py")
    }

    assert {name: lines for name, lines in sizes.items() if lines > ADAPTER_LINES} == {}
