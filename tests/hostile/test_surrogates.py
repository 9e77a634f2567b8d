"""Halves of characters and other text that no store holds: refused in words or kept as it came, by every door."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shipwake.config import kinds
from shipwake.flow import hear
from shipwake.tell.webhook import payload
from tests.contracts.answers import answers, configured
from tests.contracts.test_tell import NOTICE
from tests.flow.town import Town, town
from tests.hostile.canary import Case
