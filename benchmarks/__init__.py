"""Measurements, run by `make bench`; benchmarks/README.md has their tables."""
