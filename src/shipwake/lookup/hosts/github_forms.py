"""The parts of GitHub's answers that are read, in the form of docs.github.com, "REST API"; what is not named is let go.

GitHub gives null for what somebody has not filled in, and an empty table for an author without an account.
"""

from typing import Any

import msgspec


class User(msgspec.Struct, frozen=True):
    """An account; `name` and `email` only where it is asked for by itself, and made public."""

    login: str = ""
    type: str = ""
    name: str | None = None
    email: str | None = None


class Written(msgspec.Struct, frozen=True):
    """Who wrote a commit and when, as git has it."""

    name: str | None = None
    email: str | None = None
    date: str | None = None


class Said(msgspec.Struct, frozen=True):
    """What git has of a commit."""

    message: str = ""
    author: Written | None = None


class Parent(msgspec.Struct, frozen=True):
    """A commit that another was made on."""

    sha: str


class File(msgspec.Struct, frozen=True):
    """A file that was touched."""

    filename: str


class Commit(msgspec.Struct, frozen=True):
    """A commit; `files` only where it is asked for by itself, at most 300 of them."""

    sha: str
    commit: Said
    author: User | None = None
    html_url: str = ""
    parents: list[Parent] = []
    files: list[File] | None = None


class Comparison(msgspec.Struct, frozen=True):
    """One revision against another: a page of commits, the oldest first; at most 300 files, on the first page only."""

    status: str
    html_url: str = ""
    ahead_by: int = 0
    behind_by: int = 0
    total_commits: int = 0
    commits: list[Commit] = []
    files: list[File] | None = None


class Label(msgspec.Struct, frozen=True):
    """A word on a pull request."""

    name: str | None = None


class Branch(msgspec.Struct, frozen=True):
    """Where a pull request comes from."""

    ref: str = ""


class Pull(msgspec.Struct, frozen=True):
    """A pull request."""

    number: int
    title: str
    state: str = ""
    html_url: str = ""
    user: User | None = None
    body: str | None = None
    labels: list[Label] = []
    head: Branch | None = None
    merged_at: str | None = None


class Repository(msgspec.Struct, frozen=True):
    """A repository; `full_name` is what it is called today."""

    id: int
    full_name: str


class Deployment(msgspec.Struct, frozen=True):
    """Somebody's wish to have a commit run somewhere."""

    id: int
    created_at: str
    updated_at: str = ""
    sha: str = ""
    ref: str = ""
    task: str = ""
    environment: str = ""
    payload: Any = None
    description: str | None = None
    transient_environment: bool | None = None
    creator: User | None = None


class Status(msgspec.Struct, frozen=True):
    """How far a deployment had come at one time."""

    id: int
    state: str
    created_at: str
    environment: str | None = None
    description: str | None = None
    target_url: str | None = None
    log_url: str | None = None
    environment_url: str | None = None
    creator: User | None = None
