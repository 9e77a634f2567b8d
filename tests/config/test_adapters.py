"""Adapters in the configuration: their kinds, names, settings and secrets."""

from datetime import timedelta

import pytest

from tests.config.yaml import config, mistakes


def test_adapters_of_every_room_are_read() -> None:
    """Each room's adapters have a kind, a name of their own or their kind's, and plain settings."""
    read = config(
        """\
        sources: [{kind: folder, name: recorded, path: "/data/${DAY}"}]
        hooks:
          - {kind: github, name: acme, secrets: ["${NEW}", "${OLD}"]}
          - {kind: plain}
        tell:
          - {kind: log}
          - {kind: webhook, name: team, url: "https://x.example/${KEY}", timeout: 2s, environments: [production]}
        lookup: [{kind: event}]
        slis: [{name: a, source: recorded}]
        """,
        DAY="monday",
        NEW="new secret",
        OLD="old secret",
        KEY="opensesame",
    )
    webhook = read.tell[1]

    assert [(a.kind, a.name) for a in read.hooks] == [("github", "acme"), ("plain", "plain")]
    assert [s.reveal() for s in read.hooks[0].secrets] == ["new secret", "old secret"]
    assert read.sources[0].settings == {"path": "/data/monday"}
    assert webhook.settings["environments"] == ("production",)
    assert webhook.settings["timeout"] == timedelta(seconds=2)
    assert webhook.settings["url"] == "https://x.example/opensesame"
    assert len(read.secrets) == 2
    assert not [word for word in ("new secret", "old secret", "opensesame") if word in repr(read)]


@pytest.mark.parametrize(
    ("text", "where", "allowed"),
    [
        ("hooks: [{kind: gihub, secret: '${A}'}]", "hooks[0].kind", "did you mean 'github'?"),
        ("hooks: [{name: acme}]", "hooks[0].kind", "required"),
        ("hooks: [{kind: github}]", "hooks[0]", "one of them"),
        (
            "hooks: [{kind: github, secret: '${A}', secrets: ['${A}']}]",
            "hooks[0].secrets",
            "not several",
        ),
        ("hooks: [{kind: github, secret: '${A}', repo: x}]", "hooks[0].repo", "workflows"),
        (
            "hooks: [{kind: github, secret: '${A}'}, {kind: github, secret: '${A}'}]",
            "hooks[1]",
            "each once",
        ),
        (
            "hooks: [{kind: github, secret: '${A}', pushes: [{ref: main}]}]",
            "pushes[0].environment",
            "required",
        ),
        ("tell: [{kind: webhook}]", "tell[0].url", "required"),
        (
            "tell: [{kind: webhook, url: 'https://u:p@x'}]",
            "tell[0].url",
            "in place of the password",
        ),
        (
            "tell: [{kind: webhook, url: 'https://x', timeout: 5h}]",
            "tell[0].timeout",
            "from 0.1s to 1m",
        ),
        ("tell: [{kind: log}, {kind: log}]", "tell[1]", "each once"),
        ("sources: [{kind: folder}]", "sources[0].path", "required"),
        (
            "sources: [{kind: folder, name: push, path: x}]",
            "sources[0].name",
            "push is there already",
        ),
        ("sources: {kind: folder}", "sources", "a list"),
        ("lookup: [event]", "lookup[0]", "a table"),
    ],
)
def test_a_mistake_in_an_adapter_names_its_place(text: str, where: str, allowed: str) -> None:
    """A wrong kind, name, key or value of an adapter says where and what is allowed."""
    first = mistakes(text, A="a secret")[0]

    assert where in first.where
    assert allowed in first.allowed


def test_a_secret_is_never_written_out_and_never_repeated() -> None:
    """A literal secret is refused without being shown, and a variable that is not set is named."""
    literal, absent = mistakes(
        "hooks: [{kind: plain, secret: hunter2}, {kind: plain, name: b, secret: '${NOT_SET}'}]"
    )

    assert "hunter2" not in str(literal)
    assert "${NAME}" in literal.allowed
    assert "NOT_SET" in absent.read


def test_one_name_may_serve_several_kinds_of_hooks() -> None:
    """Hooks are told apart by kind and name, as their addresses are."""
    read = config(
        "hooks: [{kind: plain, name: acme}, {kind: github, name: acme, secret: '${A}'}]",
        A="a secret",
    )

    assert len(read.hooks) == 2
