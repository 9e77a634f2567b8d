"""The query that proves a part to be zero where it is absent; refuses to guess where the two queries are not akin.

A counter of errors has no series until the first error, so `sum(increase(x{code=~"5.."}[1m]))` answers nothing for a
service that never failed, exactly as it does for a label that is misspelt or a metric that was renamed. Where the
part's query is the total's with more matchers, `x{code!=""}` in their place tells the two apart: where that answers,
the series that carry the label are counted, and none of them matches.
"""

import re
from collections.abc import Sequence

LEXEMES = re.compile(
    r"""(?P<blank>\s+|\#[^\n]*)
      | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)
      | (?P<word>[\w:.]+)
      | (?P<sign>=~|!~|!=|==|<=|>=|.)""",
    re.VERBOSE | re.DOTALL,
)
LONGEST = 20_000
"""Characters of a query that is looked into; no person writes a longer one."""
LABEL = re.compile(r"[A-Za-z_]\w*")
NOT_EVENTS = frozenset({"__name__", "le", "quantile"})
"""Labels whose values do not part events into kinds."""

Matcher = tuple[str, ...]
"""Such as (`code`, `=~`, `"5.."`)."""


class _Selector:
    """One pair of braces: its matchers, and where in the query it stands."""

    def __init__(self, matchers: list[Matcher], start: int, end: int) -> None:
        self.matchers, self.start, self.end = matchers, start, end


def witness(part: str, total: str) -> str | None:
    """The part's query, its additional matchers weakened to `label!=""`; None where it is not akin to the total's."""
    narrow, wide = _parsed(part), _parsed(total)
    if narrow is None or wide is None:
        return None
    replaced: list[tuple[_Selector, str]] = []
    j = 0
    for piece in narrow:
        other = wide[j] if j < len(wide) else None
        if isinstance(piece, str):
            if piece != other:
                return None
            j += 1
            continue
        known = other.matchers if isinstance(other, _Selector) else []
        j += isinstance(other, _Selector)
        weakened = _weakened(piece.matchers, known)
        if weakened is None:
            return None
        replaced.append((piece, weakened))
    return _with(part, replaced) if j == len(wide) and _says_more(part, replaced) else None


def _weakened(matchers: Sequence[Matcher], known: Sequence[Matcher]) -> str | None:
    """The braces with the additional matchers weakened; None where a known one lacks, or one is not by a label."""
    if not set(known) <= set(matchers):
        return None
    kept = ["".join(m) for m in matchers if m in known]
    for matcher in matchers:
        if matcher in known:
            continue
        label = matcher[0]
        if len(matcher) != 3 or not LABEL.fullmatch(label) or label in NOT_EVENTS:  # noqa: PLR2004 - label, operator, text
            return None
        kept.append(f'{label}!=""')
    return "{" + ",".join(kept) + "}"


def _with(query: str, replaced: Sequence[tuple[_Selector, str]]) -> str:
    for selector, text in reversed(replaced):
        query = query[: selector.start] + text + query[selector.end :]
    return query


def _says_more(query: str, replaced: Sequence[tuple[_Selector, str]]) -> bool:
    """Whether any matcher was weakened at all: the total itself is no witness."""
    return any('!=""' in text for _, text in replaced) and _with(query, replaced) != query


def _parsed(query: str) -> list[str | _Selector] | None:
    """The query's lexemes, braces as selectors; None where a brace does not close, or the query has no end."""
    if len(query) > LONGEST:
        return None
    pieces: list[str | _Selector] = []
    inside: list[Matcher] | None = None
    start = 0
    for found in LEXEMES.finditer(query):
        lexeme = found.group()
        if found.lastgroup == "blank":
            continue
        if inside is None and lexeme == "{":
            inside, start = [()], found.start()
        elif inside is None:
            pieces.append(lexeme)
        elif lexeme == "}":
            pieces.append(_Selector([m for m in inside if m], start, found.end()))
            inside = None
        elif lexeme == ",":
            inside.append(())
        else:
            inside[-1] += (lexeme,)
    return pieces if inside is None else None
