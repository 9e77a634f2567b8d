"""The page of the backtest says what was found, where nothing was and where it cannot be read; so does the API."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import create_engine, text

from shipwake.web.pages import backtesting
from tests.pages.backtested import AT, SENTENCE, backtested, sights, sli
from tests.web.site import Site, site

PATH = "/backtest"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server of its own, since each test says what was kept."""
    with site(tmp_path_factory.mktemp("backtest")) as made:
        yield made


@pytest.fixture
def browser(here: Site) -> httpx.Client:
    """A signed-in browser, before any backtest."""
    _do(here, "DELETE FROM backtests")
    return here.browser()


def _do(here: Site, sql: str) -> None:
    engine = create_engine(here.river.config.database)
    with engine.begin() as connection:
        connection.execute(text(sql))
    engine.dispose()


def _keep(here: Site) -> None:
    with here.river.store.write() as tx:
        tx.backtests.add(backtested())


def test_before_the_first_it_says_what_to_run(browser: httpx.Client) -> None:
    """The empty page has the one command that fills it."""
    page = browser.get(PATH)

    assert page.status_code == 200
    assert "No backtest yet." in page.text
    assert '<pre tabindex="0">shipwake backtest</pre>' in page.text


def test_the_page_says_what_was_found(here: Site, browser: httpx.Client) -> None:
    """Messages, shares with their intervals, sizes by horizon, and what to set stand on the page, escaped."""
    _keep(here)
    page = browser.get(PATH).text

    assert "1 of 40 changes in 28 d would have brought a message: 1 ailing or unhealthy" in page
    assert "5 of 700 moments where nothing changed would have brought one too, 0.71 %" in page
    assert "13 ms, 13 %" in page
    assert "none up to 10,000 points" in page
    assert "notice: 15%\n" in page
    assert "#412 Quote &lt;in&gt; parallel" in page
    assert "<b>1 → 6.1 %</b>" in page
    assert 'href="/slis/checkout%20latency"' in page


def test_the_twin_says_the_same(here: Site, browser: httpx.Client) -> None:
    """The JSON under the page's path holds the sentence and every row."""
    _keep(here)
    twin = browser.get(f"{PATH}.json").json()

    assert twin["sentence"] in browser.get(PATH).text
    assert [r["name"] for r in twin["rows"]] == [
        "checkout latency",
        "checkout errors",
        "mail delivered",
    ]
    assert twin["said"][0]["sentence"] == SENTENCE


def test_one_of_another_version_is_no_broken_page(here: Site, browser: httpx.Client) -> None:
    """Where what was kept cannot be read the page says so and what to run, and the API refuses with the same."""
    _keep(here)
    _do(here, "UPDATE backtests SET body = '{\"at\": 1}'")
    page, answer = browser.get(PATH), here.client("read").get("/api/v1/backtest")

    assert page.status_code == 200
    assert "unknown: the last backtest cannot be read." in page.text
    assert (answer.status_code, answer.json()["title"]) == (500, "Not readable")
    assert "shipwake backtest" in answer.json()["detail"]


def test_the_api_has_every_number(here: Site, browser: httpx.Client) -> None:
    """The API tells what was found with its snippet, and before the first one what to run."""
    client = here.client("read")
    none = client.get("/api/v1/backtest")
    _keep(here)
    told = client.get("/api/v1/backtest").json()

    assert none.status_code == 404
    assert "shipwake backtest" in none.json()["detail"]
    assert told["data"]["false_either"]["count"] == 5
    assert told["data"]["slis"][0]["sights"][1] == {
        "samples": 15,
        "after_s": 900.0,
        "size": 13.0,
        "relative": 0.13,
        "largest": 10000.0,
        "moments": 120,
    }
    assert told["snippet"].startswith("caution: 1%\n")


def test_it_needs_the_right_to_read(here: Site) -> None:
    """Nobody reads a backtest without a token or a session."""
    assert here.client().get("/api/v1/backtest").status_code == 401
    assert here.client("changes:write").get("/api/v1/backtest").status_code == 403


@pytest.mark.parametrize("path", ["/slis", "/slis/checkout%20latency"])
def test_indicators_lead_to_it(browser: httpx.Client, path: str) -> None:
    """The pages of indicators link to the backtest."""
    assert 'href="/backtest"' in browser.get(path).text


def test_another_caution_than_then_is_said() -> None:
    """Where the setting was changed since, or the backtest is old, the page says to run it again."""
    now = AT + timedelta(days=30)
    facts = {f.term: f.text for f in backtesting.shown(backtested(), now, 0.002).facts}

    assert "1 % then, 0.2 % now" in facts["caution"]
    assert "run it again" in facts["run"]
    assert "caution" not in {f.term for f in backtesting.shown(backtested(), AT, 0.01).facts}


def test_what_rests_on_nothing_is_a_dash() -> None:
    """An SLI that could not be judged has dashes for shares and sizes, and says why."""
    row = backtesting.shown(backtested(), AT, 0.01).rows[2]

    assert (row.worse.count, row.sizes, row.notice) == ("–", ("–",) * 3, "auto")
    assert row.why.startswith("the past is too short")


def test_different_units_are_headed_by_samples() -> None:
    """Where SLIs differ in how long a sample lasts, the sizes are headed by samples."""
    slow = tuple(replace(s, after_s=10 * s.after_s) for s in sights(None, None, None))
    mixed = replace(backtested(), slis=(sli("a"), sli("b", sights=slow)))

    assert backtesting.shown(backtested(), AT, 0.01).afters == ("5 min", "15 min", "1 h")
    assert backtesting.shown(mixed, AT, 0.01).afters == ("5 samples", "15 samples", "60 samples")


def test_without_changes_the_sentence_is_no_praise() -> None:
    """A past without a known change says that no change is known, not that all is well."""
    view = backtesting.shown(replace(backtested(), changes=0, worse=0, messages=()), AT, 0.01)

    assert view.sentence.startswith("No change is known in 28 d")
    assert "Tell of past ones" in view.said_note
