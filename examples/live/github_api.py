"""A server that speaks the part of GitHub's REST API that shipwake asks: paging, ETags, limits and refusals included.

As GitHub it gives 404 for what the token may not see, 304 to who knows the ETag, and 403 where its limit is reached.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from live.loopback import listening

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from live.github_repository import Repository

REPOSITORY = re.compile(r"/repos/(?P<name>[^/]+/[^/]+)(?P<rest>/.*)?")
PER_PAGE, MOST_PER_PAGE = 30, 100
NOT_FOUND = (404, {"message": "Not Found", "status": "404"})


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: its path without the query, its query, and the status that it was answered with."""

    path: str
    query: Mapping[str, str]
    status: int


@dataclass(slots=True)
class GitHubApi:
    """`left` requests are answered before the limit is reached; `reset_s` seconds later it is set anew."""

    url: str
    token: str = ""
    left: int = 5000
    reset_s: int = 600
    repositories: dict[str, Repository] = field(default_factory=dict)
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def add(self, repository: Repository) -> Repository:
        """Let it have a repository."""
        self.repositories[repository.full_name] = repository
        return repository

    @property
    def paths(self) -> list[str]:
        """What was asked for, the queries left out."""
        return [asked.path for asked in self.asked]

    def answer(self, path: str, headers: Mapping[str, str]) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body for one GET."""
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        status, more, body = self._answered(parts.path, query, headers)
        self.asked.append(Asked(parts.path, query, status))
        return status, more, body

    def _answered(
        self, path: str, query: Mapping[str, str], headers: Mapping[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        if self.token and headers.get("authorization") != f"Bearer {self.token}":
            return 401, {}, json.dumps({"message": "Bad credentials"}).encode()
        limit = {
            "X-RateLimit-Limit": "5000",
            "X-RateLimit-Reset": str(int(time.time()) + self.reset_s),
        }
        if self.left <= 0:
            message = "API rate limit exceeded for user ID 1. If you reach out to GitHub Support for help, …"
            return (
                403,
                {**limit, "X-RateLimit-Remaining": "0"},
                json.dumps({"message": message}).encode(),
            )
        status, value, link = self._found(path, query)
        body = json.dumps(value).encode()
        tag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
        known = headers.get("if-none-match") == tag
        self.left -= not known
        told = {**limit, "X-RateLimit-Remaining": str(self.left), "ETag": tag}
        told |= {"Link": link} if link else {}
        return (304, told, b"") if known and status == 200 else (status, told, body)

    def _found(self, path: str, query: Mapping[str, str]) -> tuple[int, Any, str]:
        if path.startswith("/users/"):
            person = self.users.get(path.removeprefix("/users/"))
            return (200, person, "") if person else (*NOT_FOUND, "")
        asked = REPOSITORY.fullmatch(path)
        repository = self.repositories.get(asked["name"]) if asked else None
        if asked is None or repository is None:
            return (*NOT_FOUND, "")
        parts = (asked["rest"] or "").strip("/").split("/")
        if parts == [""]:
            found = {"id": repository.id, "full_name": repository.full_name, "private": True}
            return 200, found, ""
        if parts[0] == "commits":
            return self._of_commit(repository, path, parts[1:], query)
        return self._between(repository, path, parts, query)

    def _of_commit(
        self, repository: Repository, path: str, parts: list[str], query: Mapping[str, str]
    ) -> tuple[int, Any, str]:
        if parts[0] not in repository.commits:
            message = f"No commit found for SHA: {parts[0]}"
            return 422, {"message": message, "status": "422"}, ""
        if parts[1:] == ["pulls"]:
            return self._page(path, repository.pulls_of(parts[0]), query)
        return 200, repository.commits[parts[0]], ""

    def _between(
        self, repository: Repository, path: str, parts: list[str], query: Mapping[str, str]
    ) -> tuple[int, Any, str]:
        match parts:
            case ["compare", between]:
                return self._compared(repository, path, unquote(between), query)
            case ["deployments"]:
                return self._page(path, repository.deployments[::-1], query)
            case ["deployments", number, "statuses"]:
                return self._page(path, repository.statuses.get(int(number), [])[::-1], query)
            case _:
                return (*NOT_FOUND, "")

    def _compared(
        self, repository: Repository, path: str, between: str, query: Mapping[str, str]
    ) -> tuple[int, Any, str]:
        base, _, head = between.partition("...")
        if not {base, head} <= repository.commits.keys():
            return (*NOT_FOUND, "")
        whole = repository.compare(base, head)
        status, commits, link = self._page(path, whole["commits"], query)
        files = whole["files"] if query.get("page", "1") == "1" else []
        return status, {**whole, "commits": commits, "files": files}, link

    def _page(
        self, path: str, entries: list[Any], query: Mapping[str, str]
    ) -> tuple[int, list[Any], str]:
        size = min(int(query.get("per_page", PER_PAGE)), MOST_PER_PAGE)
        number = int(query.get("page", "1"))
        end = number * size
        if end >= len(entries):
            return 200, entries[end - size :], ""
        more = urlencode({**query, "page": number + 1})
        last = urlencode({**query, "page": -(-len(entries) // size)})
        link = f'<{self.url}{path}?{more}>; rel="next", <{self.url}{path}?{last}>; rel="last"'
        return 200, entries[end - size : end], link


@contextmanager
def serving(**settings: Any) -> Iterator[GitHubApi]:  # noqa: ANN401 - the fields of GitHubApi
    """Run the server on a free port of loopback while the block runs."""
    with listening() as (address, answer):
        api = GitHubApi(address, **settings)
        answer(_handler_of(api))
        yield api


def _handler_of(api: GitHubApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet an answer: two wait for each other

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, more, body = api.answer(self.path, headers)
            self.send_response(status)
            for name, value in {**more, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    return Handler
