"""Benchmarks: each module prints one JSON line per figure; `make bench` runs them one after another."""
