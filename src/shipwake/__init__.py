"""Ties every change in production to its impact; importing it loads nothing else."""

__version__ = "0.1.0"
