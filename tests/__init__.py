"""Tests, one folder a room; run them all with `make test`."""
