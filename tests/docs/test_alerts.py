"""The rules that come with us hold for Prometheus, and name only metrics that there are."""

import re
import subprocess

import pytest
import yaml

from scripts.reference import metrics
from tests.needs import ROOT

RULES = ROOT / "deploy" / "alerts.yml"
SUFFIX = re.compile(r"_(bucket|count|sum)$")


def test_the_rules_name_metrics_that_there_are() -> None:
    """Each metric of ours in a rule is one that a server shows."""
    there = {name for name, _, _ in metrics.described()}
    rules = yaml.safe_load(RULES.read_text())["groups"][0]["rules"]
    named = {
        SUFFIX.sub("", n) for rule in rules for n in re.findall(r"\bshipwake_\w+", rule["expr"])
    }

    assert len(rules) > 5
    assert named
    assert named - there == set()


def test_the_page_explains_each_rule() -> None:
    """Each alert has its line on the page about them."""
    page = (ROOT / "docs" / "how-to" / "watch-shipwake.md").read_text()
    alerts = re.findall(r"alert: (\w+)", RULES.read_text())

    assert [alert for alert in alerts if f"| `{alert}` |" not in page] == []


@pytest.mark.prometheus
def test_prometheus_takes_the_rules() -> None:
    """Prometheus's own tool finds nothing wrong with the rules."""
    checked = subprocess.run(
        ["promtool", "check", "rules", str(RULES)], capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, checked.stderr
    assert "8 rules found" in checked.stdout
