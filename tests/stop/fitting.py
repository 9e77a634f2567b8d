"""Stands in for PyOD's process in the middle of a fit: it has our watch over its parent, and sees no pipe."""

import os
import sys
import threading
import time
from pathlib import Path

PARENT = os.getppid()
sys.path.insert(0, str(Path(__file__).parents[2] / "src" / "shipwake" / "flow"))
from detector_process import _end_with  # type: ignore[import-not-found]  # noqa: E402

threading.Thread(target=_end_with, args=(PARENT,), daemon=True).start()
time.sleep(120)
