"""How the names that senders use become ours."""

import pytest

from tests.config.yaml import config

SHOP = """\
    services:
      - {name: checkout, repository: acme/checkout}
      - {name: mail, repository: acme/backend}
      - {name: search, repository: acme/backend}
    environments:
      - {name: production, aliases: ["prod-*", live]}
      - {name: staging}
"""


@pytest.mark.parametrize(
    ("name", "repository", "ours"),
    [
        ("checkout", "", "checkout"),
        ("Checkout", "", "checkout"),
        ("", "acme/checkout", "checkout"),
        ("", "Acme/Checkout", "checkout"),
        ("shop-checkout", "acme/checkout", "checkout"),
        ("mail", "acme/backend", "mail"),
        ("", "acme/backend", ""),
        ("", "acme/other", ""),
        ("", "", ""),
    ],
)
def test_a_service_is_found_by_name_or_home(name: str, repository: str, ours: str) -> None:
    """A service is known by its name, else by a repository that is its alone."""
    assert config(SHOP).service_for(name, repository) == ours


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("production", "production"),
        ("PRODUCTION", "production"),
        ("prod-eu", "production"),
        ("Live", "production"),
        ("staging", "staging"),
        ("preview-12", ""),
        ("", ""),
    ],
)
def test_an_environment_is_found_by_name_or_alias(name: str, ours: str) -> None:
    """An environment is known by its name, else by a glob among its aliases."""
    assert config(SHOP).environment_for(name) == ours


def test_where_nothing_is_configured_every_name_exists() -> None:
    """Without services and environments the sender's own names are taken."""
    empty = config("")

    assert empty.service_for("", "acme/checkout") == "checkout"
    assert empty.service_for("till", "acme/checkout") == "till"
    assert empty.environment_for("prod-eu") == "prod-eu"
