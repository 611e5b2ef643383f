import os
import sys
import threading

import pytest

from app.pipeline.priority import stand_back
from model.engines import threads
from model.engines.threads import spare_threads


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells a thread's priority")
def test_a_thread_that_stands_back_leaves_the_others_as_they_are():
    found = []

    def work():
        stand_back()
        found.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [max(before, 10)]
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="replaces what only Linux is asked")
def test_a_system_that_refuses_changes_nothing(monkeypatch):
    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(os, "setpriority", refuse)
    stand_back()


@pytest.mark.parametrize(("processors", "spare"), [(None, 1), (1, 1), (2, 1), (4, 3), (8, 0)])
def test_a_small_processor_keeps_one_core_for_the_picture(monkeypatch, processors, spare):
    monkeypatch.setattr(threads.os, "cpu_count", lambda: processors)
    assert spare_threads() == spare
