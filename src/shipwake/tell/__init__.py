"""Puts one notice in one channel, idempotently."""
