"""Measurements that are too long for tests: ``python -m bench.NAME --help``."""
