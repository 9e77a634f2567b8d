"""A running server that was told the whole corpus wherever words are taken, and judged some of it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import httpx
import numpy as np
import yaml

from shipwake.config import parse
from shipwake.domain import Notice
from shipwake.flow import Batch, hear, push
from tests.flow.town import MINUTE, SETTINGS, START
from tests.hostile.corpus import CORPUS
from tests.web.site import Site, site

SLIS = (
    "<script>document.title='ran'</script>",
    "\"><img src=//evil.example/x onerror=document.title='ran'>",
    "<!channel> <@U0ADMIN> <http://evil.example|ok>",
    "javascript:document.title=1 ' onfocus='x",
)
"""Names that a configuration may give an SLI: what holds control characters is refused there."""

OURS = {"service": "checkout", "environment": "production", "judge": False}
"""What is told of, and not judged: one change alone is, and its words go everywhere."""

PARTS = (("title", "authors"), ("commits", "tags"), ("links", "revision"))


@dataclass
class Told:
    """The server, the ids of its changes, and what it refused to take."""

    here: Site
    ids: list[str] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)

    @property
    def notices(self) -> list[Notice]:
        """All that people were told."""
        return [n for told in self.here.town.box.messages.values() for n in told]


def change(words: str, other: str) -> dict[str, object]:
    """A change in our own form whose every word is hostile."""
    person = {"name": words, "login": other}
    return {
        "service": words,
        "environment": other,
        "title": words,
        "revision": words,
        "repository": other,
        "authors": [person, {"email": f"{other}@evil.example"}],
        "commits": [
            {
                "sha": "4f2a9c1",
                "title": words,
                "author": person,
                "url": f"https://evil.example/{words}",
            }
        ],
        "links": [
            {"kind": "page", "title": words, "number": other},
            {"kind": "issue", "title": other, "url": f"http://evil.example/{other}"},
        ],
        "tags": [words, other],
    }


def sent(client: httpx.Client, path: str, body: object) -> httpx.Response:
    """JSON as somebody sends it who keeps to no rule: half of a surrogate pair too."""
    made = client.post(path, content=json.dumps(body), headers={"content-type": "application/json"})
    assert made.status_code < 500, (path, body, made.text)
    return made


@contextmanager
def told(place: Path) -> Iterator[Told]:
    """Everything said, in every place, and twenty minutes of looks at what is judged."""
    stated = yaml.safe_load(SETTINGS)
    ours = {"service": "checkout", "environment": "production", "step": "60s", "better": "lower"}
    stated["slis"] += [{"name": name, "unit": "<i>", **ours} for name in SLIS]
    config = parse(yaml.safe_dump(stated), name="town.yaml", environ={})
    with site(place, config) as here:
        made = Told(here)
        _samples(made, 2 * 24 * 60, START - 2 * 24 * 60 * MINUTE, 100)
        client = here.client("admin")
        for words, other in pairwise([*CORPUS, CORPUS[0]]):
            # Whole, then in parts: what one field refuses is not to hide the others.
            whole = change(words, other)
            _say(made, client, whole)
            _say(made, client, {**whole, **OURS})
            for names in PARTS:
                _say(made, client, {**OURS, **{name: whole[name] for name in names}})
        _judged(made, client)
        for body in map(_delivery, CORPUS):
            hear(here.river, "plain", "", {"content-type": "application/json"}, body, vouched=True)
        here.town.work()
        yield made


def _say(made: Told, client: httpx.Client, body: Mapping[str, object]) -> None:
    answer = sent(client, "/api/v1/changes", body)
    if answer.status_code >= 400:
        made.refused.append(answer.status_code)
    else:
        made.ids.append(answer.json()["id"])


def _judged(made: Told, client: httpx.Client) -> None:
    """A change that harms every SLI of checkout, and what people reply to it."""
    body = {
        "service": "checkout",
        "environment": "production",
        "title": "<!channel> <script>document.title='ran'</script> <http://evil.example|ok> `x`",
        "revision": "<b>4f2a</b>",
        "authors": [{"name": "<b>Mallory</b> <@U0ADMIN>", "email": "m@evil.example"}],
    }
    answer = sent(client, "/api/v1/changes", body)
    made.ids.insert(0, answer.json()["id"])
    town = made.here.town
    town.failing, town.slower = 0.1, 60.0
    for _ in range(20):
        _samples(made, 1, town.clock.now(), 160)
        town.minutes(1)
    for words in CORPUS:
        sent(client, f"/api/v1/changes/{made.ids[0]}/replies", {"kind": "comment", "text": words})


def _samples(made: Told, count: int, start: object, level: float) -> None:
    rng = np.random.default_rng(7)
    times = start.timestamp() + 60.0 * np.arange(count)  # type: ignore[attr-defined]
    drawn = rng.normal(level, 5, count)[:, None]
    push(made.here.river, [Batch(sli=name, times_s=times, values=drawn) for name in SLIS])


def _delivery(words: str) -> bytes:
    """A delivery that cannot be read, so that its body and the reason are shown."""
    return json.dumps({"service": words, "at": words, words: words}).encode()
