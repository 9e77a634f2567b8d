"""Stands in for PyOD's process: it answers as it should, or in one of the ways in which a process can fail."""

import json
import os
import sys
import time

import numpy as np


def main(way: str) -> None:
    """Answer every question in that way."""
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    while line := asked.readline():
        head = json.loads(line)
        n, d = head["taught"]
        w, k, _ = head["asked"]
        asked.read(8 * n * d)
        rows = np.frombuffer(asked.read(8 * w * k * d), np.float64).reshape(w * k, d)
        scores = np.abs(rows).max(axis=1)
        if way == "dies":
            os._exit(3)
        if way == "sleeps":
            time.sleep(60)
        if way == "refuses":
            answers.write(json.dumps({"failed": "ValueError: no"}).encode() + b"\n")
        elif way == "babbles":
            answers.write(b"Epoch 1 of 100\n")
        elif way == "counts wrong":
            answers.write(json.dumps({"scores": 1}).encode() + b"\n" + scores[:1].tobytes())
        elif way == "not a number":
            scores[0] = np.nan
            answers.write(json.dumps({"scores": w * k}).encode() + b"\n" + scores.tobytes())
        else:
            answers.write(json.dumps({"scores": w * k}).encode() + b"\n" + scores.tobytes())
        answers.flush()
        if way == "dies after":
            os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
