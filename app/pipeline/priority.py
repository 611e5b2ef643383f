"""Lets threads that nobody waits for stand back, so that picture and overlay come first on a busy processor."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import threading

_NICE = 10
"""Of 19: on a busy processor such a thread gets a tenth of what the others get."""
_BELOW_NORMAL = -1
"""Windows' THREAD_PRIORITY_BELOW_NORMAL."""
_QOS_UTILITY = 0x11
"""macOS's QOS_CLASS_UTILITY."""


def stand_back() -> None:
    """Lowers the priority of the thread that calls this; where the system refuses, nothing changes."""
    if sys.platform == "win32":
        kernel = ctypes.WinDLL("kernel32")
        kernel.GetCurrentThread.restype = ctypes.c_void_p
        kernel.SetThreadPriority(ctypes.c_void_p(kernel.GetCurrentThread()), _BELOW_NORMAL)
    elif sys.platform == "darwin":
        ctypes.CDLL(None).pthread_set_qos_class_self_np(_QOS_UTILITY, 0)
    else:
        # Linux keeps a priority for each thread, and takes a thread's number where a process's is asked for.
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
