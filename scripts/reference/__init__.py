"""Writes the parts of docs/reference that the code already says; never the prose around them."""
