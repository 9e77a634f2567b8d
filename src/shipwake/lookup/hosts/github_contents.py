"""What GitHub knows to be in a change: commits from one revision to the other, their pull requests, authors, issues.

Commits lie as git has them: each follows its first parent along the main line, and what a merge brought lies beside
it. A pull request is asked for by the commit on the main line that brought it, so that one question tells of all its
commits.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from urllib.parse import quote, urlsplit

from shipwake.domain import BadInputError, Commit, Contents, Link, Person, parse_rfc3339
from shipwake.lookup.hosts import github_forms as forms
from shipwake.lookup.hosts.github_calls import PAGE, Calls
from shipwake.lookup.hosts.mentions import first_line, issue_keys, issues_closed, pull_number
from shipwake.lookup.hosts.people import unmasked

MOST_PAGES = 10
"""Pages of commits that are listed, the newest of them."""
MOST_ASKED = 30
"""Commits whose pull request is asked for, the newest of them; of the others the title tells the number."""
MOST_PATHS, MOST_LABELS, MOST_ISSUES = 300, 100, 50


@dataclass(frozen=True, slots=True)
class Compared:
    """What lies between two revisions: commits oldest first, the files that differ, and words about the whole."""

    commits: Sequence[forms.Commit]
    files: Sequence[forms.File]
    links: tuple[Link, ...] = ()
    tags: tuple[str, ...] = ()


def contents(calls: Calls, repository: str, head: str, base: str) -> Contents:
    """What came with `head` where `base` was before; of `head` alone where that is not known.

    Taking back gives no commits: what an earlier revision holds was in a change before. Raises LookupFailedError.
    """
    home = f"/repos/{repository}"
    found = _compared(calls, home, head, base) if base and base != head else None
    if base == head:
        return Contents()
    if found is None:
        alone = calls.get(f"{home}/commits/{quote(head, safe='')}", forms.Commit, _of(home, head))
        found = Compared([alone], alone.files or ())
    line = main_line(found.commits)
    pulls = _pulls(calls, home, line[-MOST_ASKED:])
    web = _web(calls.url, repository)
    return Contents(
        commits=tuple(map(_commit, found.commits)),
        authors=_authors(found.commits, line, pulls),
        links=(*found.links, *_pull_links(web, line, pulls), *_issues(web, found.commits, pulls)),
        tags=tuple(dict.fromkeys((*found.tags, *_labels(pulls)))),
        paths=tuple(first_line(f.filename) for f in found.files[:MOST_PATHS]),
    )


def main_line(commits: Sequence[forms.Commit]) -> list[forms.Commit]:
    """The newest commit and its first parents as far as they are here, oldest first."""
    by_sha = {commit.sha: commit for commit in commits}
    line: list[forms.Commit] = []
    at = commits[-1] if commits else None
    while at is not None:
        line.append(at)
        at = by_sha.pop(at.parents[0].sha, None) if at.parents else None
    return line[::-1]


def _of(home: str, revision: str) -> str:
    return f"commit {revision[:12]} in {home.removeprefix('/repos/')}"


def _compared(calls: Calls, home: str, head: str, base: str) -> Compared | None:
    """The comparison; None where either is not there (any more), as after a push by force."""
    first = _page(calls, home, head, base, 1)
    if first is None:
        return None
    commits = list(first.commits)
    last = ceil(first.total_commits / PAGE)
    after = range(max(2, last - MOST_PAGES + 1), last + 1)
    if after and after[0] > 2:  # noqa: PLR2004 - the page after the first
        commits = []
    for number in after:
        page = _page(calls, home, head, base, number)
        commits += page.commits if page else ()
    files = first.files or ()
    if not first.behind_by:
        return Compared(commits, files, _page_link(_counted("Compare", first, commits), first))
    # The other way round are the files of what is taken back.
    back = _page(calls, home, base, head, 1)
    taken = _page_link(f"{first.behind_by} commits taken back", back or first)
    files = (*files, *((back and back.files) or ()))
    own = _page_link(_counted("Compare", first, commits), first) if commits else ()
    return Compared(commits, files, (*own, *taken), ("rollback",) if not commits else ())


def _page(calls: Calls, home: str, head: str, base: str, number: int) -> forms.Comparison | None:
    path = f"{home}/compare/{quote(base, safe='')}...{quote(head, safe='')}"
    return calls.find(path, forms.Comparison, _of(home, head), per_page=str(PAGE), page=str(number))


def _counted(word: str, first: forms.Comparison, commits: Sequence[forms.Commit]) -> str:
    if len(commits) >= first.total_commits:
        return word
    return f"{word} (the newest {len(commits)} of {first.total_commits} commits are listed)"


def _page_link(title: str, compared: forms.Comparison) -> tuple[Link, ...]:
    url = _address(compared.html_url)
    return (Link(kind="page", title=title, url=url),) if url else ()


def _pulls(calls: Calls, home: str, line: Iterable[forms.Commit]) -> Mapping[str, forms.Pull]:
    """The pull request of each commit on the line, by the commit's hash; merged ones before open ones."""
    found: dict[str, forms.Pull] = {}
    for commit in line:
        path = f"{home}/commits/{commit.sha}/pulls"
        stated = calls.get(path, list[forms.Pull], f"pull requests of {_of(home, commit.sha)}")
        merged = [p for p in stated if p.merged_at] or [p for p in stated if p.state == "open"]
        if merged:
            found[commit.sha] = _best(commit, merged)
    return found


def _best(commit: forms.Commit, pulls: Sequence[forms.Pull]) -> forms.Pull:
    """The one that the commit's title names, else the first that came to be."""
    named = pull_number(first_line(commit.commit.message))
    return min(pulls, key=lambda p: (str(p.number) != named, p.number))


def _pull_links(
    web: str, line: Iterable[forms.Commit], pulls: Mapping[str, forms.Pull]
) -> tuple[Link, ...]:
    links: dict[str, Link] = {}
    for commit in line:
        title = first_line(commit.commit.message)
        pull = pulls.get(commit.sha)
        number = str(pull.number) if pull else pull_number(title)
        if not number or number in links:
            continue
        url = (pull and _address(pull.html_url)) or f"{web}/pull/{number}"
        words = first_line(pull.title) if pull else _own_words(commit, title, number)
        links[number] = Link(kind="pull request", title=words, url=url, number=number)
    return tuple(links.values())


def _own_words(commit: forms.Commit, title: str, number: str) -> str:
    """A pull request's title as its commit has it: under the title of a merge, before the number of a squash."""
    if title.startswith("Merge pull request"):
        return first_line(commit.commit.message.strip().partition("\n")[2]) or f"#{number}"
    return title.removesuffix(f" (#{number})")


def _issues(
    web: str, commits: Iterable[forms.Commit], pulls: Mapping[str, forms.Pull]
) -> tuple[Link, ...]:
    """The issues that are closed by it, and the trackers' keys that its titles and branches begin with."""
    closed: list[tuple[str, str]] = []
    keys: list[str] = []
    for pull in pulls.values():
        closed += issues_closed(f"{pull.title}\n{pull.body or ''}")
        keys += issue_keys(title=pull.title, branch=pull.head.ref if pull.head else "")
    for commit in commits:
        closed += issues_closed(commit.commit.message)
        keys += issue_keys(title=first_line(commit.commit.message))
    host = web.rsplit("/", 2)[0]
    links = [
        Link(
            kind="issue",
            title=f"{home}#{number}",
            url=f"{host}/{home}/issues/{number}" if home else f"{web}/issues/{number}",
            number=number,
        )
        for home, number in dict.fromkeys(closed)
    ]
    links += [Link(kind="issue", title=key, number=key) for key in dict.fromkeys(keys)]
    return tuple(links[:MOST_ISSUES])


def _labels(pulls: Mapping[str, forms.Pull]) -> tuple[str, ...]:
    names = (first_line(label.name or "") for pull in pulls.values() for label in pull.labels)
    return tuple(dict.fromkeys(filter(None, names)))[:MOST_LABELS]


def _authors(
    commits: Iterable[forms.Commit],
    line: Iterable[forms.Commit],
    pulls: Mapping[str, forms.Pull],
) -> tuple[Person, ...]:
    """Who opened the pull requests, then who wrote what came without one; never bots.

    GitHub does not tell the address of who opened a pull request, but the commits do where that is the same person.
    """
    written = [p for commit in commits if (p := _author(commit)) and p.login]
    named = {p.login.casefold(): p for p in written}
    named |= {p.login.casefold(): p for p in written if p.email}
    opened = (_account(pull.user) for pull in pulls.values() if pull.user)
    people = [named.get(p.login.casefold(), p) for p in opened]
    people += [p for c in line if c.sha not in pulls and (p := _author(c))]
    return tuple({p.key: p for p in people if p.key and not p.bot}.values())


def _account(user: forms.User) -> Person:
    bot = user.type == "Bot" or user.login.endswith("[bot]")
    return Person(login=first_line(user.login), bot=bot)


def _author(commit: forms.Commit) -> Person | None:
    """Who wrote a commit: the name and address that git has, and the account that GitHub knows by them."""
    written, account = commit.commit.author or forms.Written(), commit.author or forms.User()
    known = _account(account)
    name, email = first_line(written.name or ""), first_line(written.email or "")
    if not (name or email or known.login):
        return None
    bot = known.bot or name.endswith("[bot]")
    return unmasked(replace(known, name=name, email=email, bot=bot))


def _commit(stated: forms.Commit) -> Commit:
    written = stated.commit.author.date if stated.commit.author else None
    try:
        at = parse_rfc3339(written) if written else None
    except BadInputError:
        at = None
    return Commit(
        sha=first_line(stated.sha).lower(),
        title=first_line(stated.commit.message),
        author=_author(stated),
        at=at,
        url=_address(stated.html_url),
    )


def _address(url: str) -> str:
    """The address if a page can link to it."""
    return url if url.startswith(("https://", "http://")) and first_line(url) == url else ""


def _web(url: str, repository: str) -> str:
    """Where people see a repository whose API is at `url`."""
    parts = urlsplit(url)
    host = parts.netloc.removeprefix("api.")
    return f"{parts.scheme}://{host}/{repository}"
