"""Measurements that are too long for tests.

``python -m bench`` holds us to libraries on the same machine in the same run, ``python -m bench.peers`` to other
products; ``python -m bench.scale`` shows how an index grows; ``pytest bench/hot.py`` times single functions.
"""
