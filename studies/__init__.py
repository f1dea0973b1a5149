"""Longer pieces of work, each made by one command: fits, benchmarks and experiments."""
