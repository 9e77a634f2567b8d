"""YAML text to fields that know their line; refuses what YAML allows and people mean otherwise."""

import re

import yaml

from shipwake.config.field import DEEPEST, Document, Field
from shipwake.config.mistake import Mistake, MistakesError

INTEGER = re.compile(r"[-+]?[0-9]{1,30}")
NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,4})?")
WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
MERGE = "<<"
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(text: str, document: Document) -> tuple[Field, list[Mistake]]:
    """The document's root and the mistakes of its form; raises MistakesError where it is no YAML at all."""
    try:
        root = yaml.compose(text, Loader=Loader)
    except (yaml.YAMLError, RecursionError) as error:
        raise MistakesError([_malformed(error, document)]) from None
    tree = _Tree(document, budget=len(text) + 100_000)
    if root is None:
        return Field({}, "", document, 1), []
    return tree.field(root, "", 0), tree.mistakes


def scalar(text: str) -> bool | float | str | None:
    """An unquoted word as JSON would have it; `no`, `on` and `1:30` stay text, unlike in YAML 1.1."""
    lower = text.lower()
    if lower in WORDS:
        return WORDS[lower]
    if INTEGER.fullmatch(text):
        return int(text)
    if NUMBER.fullmatch(text):
        return float(text)
    return text


def _malformed(error: Exception, document: Document) -> Mistake:
    mark = getattr(error, "problem_mark", None)
    problem = (
        getattr(error, "problem", None) or getattr(error, "reason", None) or "nested too deeply"
    )
    line = f":{mark.line + 1}" if mark else ""
    return Mistake(
        f"{document.name}{line}", f"what is no YAML ({problem})", "YAML, indented by spaces"
    )


class _Tree:
    """One document on its way from nodes to fields. `budget` ends aliases that multiply without end."""

    def __init__(self, document: Document, budget: int) -> None:
        self.document = document
        self.budget = budget
        self.mistakes: list[Mistake] = []

    def field(self, node: yaml.Node, path: str, depth: int) -> Field:
        line = node.start_mark.line + 1
        self.budget -= 1
        if depth > DEEPEST or self.budget < 0:
            raise Field(None, path, self.document, line).wrong(
                f"at most {DEEPEST} levels of nesting, and few aliases",
                read="a document that grows without end",
            )
        match node:
            case yaml.SequenceNode():
                items = [self.field(n, f"{path}[{i}]", depth + 1) for i, n in enumerate(node.value)]
                return Field(items, path, self.document, line)
            case yaml.MappingNode():
                return Field(self.table(node, path, depth), path, self.document, line)
            case _:
                quoted = bool(getattr(node, "style", None))
                value = node.value if quoted else scalar(node.value)
                return Field(value, path, self.document, line, node.value, quoted)

    def table(self, node: yaml.MappingNode, path: str, depth: int) -> dict[str, Field]:
        merged: dict[str, Field] = {}
        own: dict[str, Field] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                where = Field(None, path, self.document, key.start_mark.line + 1)
                self.mistakes.append(where.mistake("a word as key", read="a list or table as key"))
                continue
            name = str(key.value)
            field = self.field(value, f"{path}.{name}" if path else name, depth + 1)
            if name == MERGE:
                merged |= self.merged(field, path)
            elif name in own:
                self.mistakes.append(
                    field.mistake(
                        f"each key once; it stands in line {own[name].line} too",
                        read="the key again",
                    )
                )
            else:
                own[name] = field
        return merged | own

    def merged(self, field: Field, path: str) -> dict[str, Field]:
        """The entries that `<<: *anchor` brings in; earlier ones of a list win."""
        tables = field.value if isinstance(field.value, list) else [field]
        found: dict[str, Field] = {}
        for table in reversed(tables):
            try:
                found |= table.entries()
            except MistakesError as error:
                self.mistakes.extend(error.mistakes)
        return {
            name: Field(
                f.value, f"{path}.{name}" if path else name, f.document, f.line, f.spelled, f.quoted
            )
            for name, f in found.items()
        }
