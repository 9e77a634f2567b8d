"""No secret leaves a server in anything that it says or writes: its log, answers, errors, database, backup, export."""

import base64
import json
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml

from shipwake.config import ConfigError, parse
from tests.cli.conftest import own_log
from tests.hostile import life, whispers

__all__ = ["own_log"]

TROUBLES = [f"the channel {name} takes no notice" for name in life.CHANNELS]
USED = {
    "PROM_TOKEN", "PROM_PASSWORD", "PROM_HEADER", "TEXT_TOKEN", "SAYS_TOKEN", "PATH_KEY", "GITHUB_TOKEN",
    "SLACK_TOKEN", "WEBHOOK_KEY", "APPRISE_KEY",
}  # fmt: skip
"""What the other sides see, and say back."""


def test_no_secret_leaves_a_server(
    folder: Path, own_log: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A whole life of failures before sides that repeat every secret: only the planted source's own cry is found."""
    monkeypatch.syspath_prepend(folder)
    with life.living(folder) as lived:
        said = life.deliveries(lived)
        asked = life.walk(lived)
        for trouble in TROUBLES:
            life.until(lambda t=trouble: t in lived.log, trouble)
        for source in life.SOURCES:
            life.until(lambda s=source: f"of {s}" in lived.log, source)
        ends = life.verbs(lived)
        life.files(lived)
        life.damage(lived)
        broken = life.deliveries(lived)
    hidden = lived.hidden | lived.tokens

    assert {*said.values()} >= {200, 202, 401}
    assert asked > 100
    assert {*lived.statuses} >= {200, 303, 400, 401, 404}
    assert 500 in broken.values()
    assert "Traceback" in lived.log
    assert {name.partition(" ")[2] for name, end in ends.items() if end == 0} >= {
        "backup",
        "export",
    }
    assert {"here.db", "copy.db", "all.jsonl", "output", "answers"} <= lived.emitted.keys()
    assert {name for name, _ in whispers.found(hidden, {"x": b"".join(lived.asked)})} >= USED
    found = whispers.found(hidden, lived.emitted)
    assert {place for name, place in found if name != "TALKS_TOKEN"} == set(), found
    assert ("TALKS_TOKEN", "output") in found


def test_each_spelling_is_found() -> None:
    """A secret is found as it is, by half, in an address, in JSON, on a page and within the base64 of any text."""
    secret = whispers.awkward()
    said = {
        "plain": f"token={secret}!",
        "first half": f"token={secret[:16]}…",
        "last half": f"…{secret[-16:]}",
        "address": f"?key={quote(secret)}",
        "json": json.dumps({"why": json.dumps(secret)}),
        "python": repr({"why": secret}),
        **{
            f"basic {n}": base64.b64encode(f"{'b' * n}:{secret}".encode()).decode()
            for n in range(4)
        },
    }
    emitted = {name: text.encode() for name, text in said.items()}

    assert {place for _, place in whispers.found({"it": secret}, emitted)} == set(said)
    assert whispers.found({"another": whispers.awkward()}, emitted) == set()


@pytest.mark.parametrize(
    "written",
    [
        'sources: [{name: p, kind: prometheus, url: "http://a.example", token: SECRET}]',
        'sources: [{name: p, kind: prometheus, url: "http://bob:SECRET@a.example"}]',
        'sources: [{name: p, kind: prometheus, url: "ftp://a.example/${HIDDEN}"}]',
        'sources: [{name: p, kind: prometheus, url: "http://a.example/ ${HIDDEN}"}]',
        'sources: [{name: p, kind: prometheus, url: "http://a.example", timeout: "${HIDDEN}"}]',
        'tell: [{name: w, kind: webhook, url: "gopher://a.example/${HIDDEN}"}]',
        'tell: [{name: m, kind: email, host: a.example, from: "${HIDDEN}", password: SECRET}]',
        'tell: [{name: s, kind: slack, token: "x${HIDDEN}", channel: 7}]',
        'database: "mysql://bob:${HIDDEN}@a.example/x"',
        'database: "postgresql://bob:SECRET@a.example/x"',
        'sign_in: {issuer: "https://a.example", client_id: x, client_secret: SECRET}',
        "hooks: [{name: g, kind: github, secrets: [SECRET]}]",
    ],
)
def test_no_mistake_in_the_settings_quotes_a_secret(written: str) -> None:
    """Each mistake says what is wrong where a secret stands, and never what stands there."""
    secret = whispers.plain()
    text = yaml.safe_dump(yaml.safe_load(written.replace("SECRET", secret)))
    with pytest.raises(ConfigError) as caught:
        parse(text, name="shipwake.yaml", environ={"HIDDEN": secret})

    assert whispers.found({"it": secret}, {"said": str(caught.value).encode()}) == set()
