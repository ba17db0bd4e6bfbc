"""Measurements that are too long for tests.

``python -m bench`` holds us to others on the same machine in the same run; ``python -m bench.scale`` shows how an index
grows.
"""
