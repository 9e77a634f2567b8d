"""What the address that people use decides: where it is https, browsers are told to come by nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest

from shipwake.web import application
from tests.flow.town import settings, town
from tests.web.asked import Ask, answers


@pytest.mark.parametrize(("url", "told"), [("https://ship.example", True), ("http://a", False)])
def test_https_is_asked_for_where_it_is_there(tmp_path: Path, url: str, told: bool) -> None:
    """Every answer, refusals and files too, asks a browser for https alone where `url` is https, and nowhere else."""
    with town(tmp_path, replace(settings(), url=url)) as here:
        app = application.make(here.river)
        found = answers(app, [Ask("GET", p) for p in ("/healthz", "/metrics", "/static/mark.svg")])

    assert [("strict-transport-security" in t.headers) for t in found] == [told] * 3
    assert all("'unsafe" not in t.headers["content-security-policy"] for t in found)
    assert all(t.headers["content-security-policy"].startswith("default-src 'none'") for t in found)
