"""Measure the judge on effects of known size in real series, beside its peers: `make bench-judgement`."""
