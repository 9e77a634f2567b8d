"""What a team has beside shipwake, for real: so far a Prometheus; no more than examples and tests need."""
