"""A query and a window to samples; never judges."""
