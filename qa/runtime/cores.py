"""How much can be computed side by side."""

import os


def cores() -> int:
    """The processor cores that this process may use; 1 at least."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
