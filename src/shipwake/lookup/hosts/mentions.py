"""What titles, branches and messages mention: pull requests and issues; in doubt it is nothing.

The words that close an issue, and the titles of merges and squashes, are those of docs.github.com, "Linking a pull
request to an issue" and "About pull request merges".
"""

import re

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
LONGEST = 500
READ = 20_000
"""Characters of a text that are searched."""
MERGED = re.compile(r"Merge pull request #(?P<number>[1-9][0-9]{0,8}) from \S+")
SQUASHED = re.compile(r" \(#(?P<number>[1-9][0-9]{0,8})\)$")
CLOSES = re.compile(
    r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+"
    r"(?P<home>[\w.-]{1,100}/[\w.-]{1,100})?#(?P<number>[1-9][0-9]{0,8})\b",
    re.IGNORECASE,
)
KEY = r"(?P<key>(?P<name>[A-Z][A-Z0-9]{1,9})-[1-9][0-9]{0,5})"
IN_TITLE = re.compile(
    rf"^{KEY}(?=[:\s]|$)|[\[(]{KEY.replace('<key>', '<in>').replace('<name>', '<of>')}[\])]"
)
IN_BRANCH = re.compile(rf"(?:^|/){KEY}(?=[-_/]|$)")
STANDARDS = (
    "AES ASCII CD CI CP CVE CWE DES EC ECMA EIP ES FIPS GB GHSA GPT HTTP HTTPS IEEE IP IPV ISO JDK"
    " MD MP PEP PHP PR PSR RC RFC RSA SHA SOC SSL TLS UCS USB UTC UTF WCAG XHTML XML"
)
NO_TRACKERS = frozenset(STANDARDS.split())
"""Names before a dash and a number that are standards and the like, and no projects of a tracker."""


def first_line(text: str) -> str:
    """The first line of a text without control characters, which neither a database nor a page can hold."""
    return CONTROL.sub(" ", text.strip().partition("\n")[0]).strip()[:LONGEST]


def pull_number(title: str) -> str:
    """The number of the pull request that a commit's title says it merged; empty where it says none."""
    found = MERGED.match(title) or SQUASHED.search(title)
    return found["number"] if found else ""


def issues_closed(text: str) -> tuple[tuple[str, str], ...]:
    """The issues that a text says it closes, as repository (empty for its own) and number; a revert closes none."""
    if text.startswith("Revert "):
        return ()
    found = ((match["home"] or "", match["number"]) for match in CLOSES.finditer(text[:READ]))
    return tuple(dict.fromkeys(found))


def issue_keys(*, title: str = "", branch: str = "") -> tuple[str, ...]:
    """Keys of a tracker such as SHOP-12: at a title's beginning, in its brackets, or beginning a branch's part."""
    groups = [match.groupdict() for match in IN_TITLE.finditer(title[:READ])]
    groups += [match.groupdict() for match in IN_BRANCH.finditer(branch[:READ])]
    named = ((g.get("key") or g.get("in"), g.get("name") or g.get("of")) for g in groups)
    return tuple(dict.fromkeys(key for key, name in named if key and name not in NO_TRACKERS))
