"""Inject every fault at full length and print what was observed; the exit status is that of the tests."""

import os
import sys
import tempfile
from pathlib import Path

import pytest

with tempfile.TemporaryDirectory() as _folder:
    _place = Path(_folder) / "table.jsonl"
    _place.touch()
    os.environ |= {"FAULTS": "long", "FAULTS_TABLE": str(_place)}
    _status = pytest.main([str(Path(__file__).parent), "-q", *sys.argv[1:]])

    from tests.faults.table import lines

    sys.stdout.write("\n".join(["", *lines(_place), ""]))
sys.exit(_status)
