"""How many threads a network gets on a small processor."""

from __future__ import annotations

import os

_SMALL = 4
"""Processors. Where there are more, the engines' own choice leaves some free."""


def spare_threads() -> int:
    """All processors but one, which is left for the picture; 0 on a larger machine: the engine chooses.

    A network that has every processor is no quicker for it while the window paints: all its threads wait for the one
    that had to stand back.
    """
    processors = os.cpu_count() or 1
    return max(processors - 1, 1) if processors <= _SMALL else 0
