"""Benchmarks: each module's `main()` prints one JSON line per figure. `make bench` runs them one after another."""
