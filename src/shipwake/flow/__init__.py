"""Hears, joins, watches, looks, learns, tells and converses; the only writer."""
