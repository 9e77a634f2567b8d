"""Learns a normal and assesses samples after a change; pure numbers, no I/O, no clock."""
