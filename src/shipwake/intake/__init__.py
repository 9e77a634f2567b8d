"""Bytes and headers to events: verify, then parse, nothing else."""
