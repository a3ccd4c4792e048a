"""Concurrency and model tests: the commands against an independent model, races, and the order of news."""
