"""Folds assessments and overlapping changes into one verdict; pure."""
