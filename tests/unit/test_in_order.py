"""Threads beside each other, with results in order: order, bounds, errors and ends."""

import threading

import pytest

from app.pipeline.in_order import AHEAD, in_order
from tests.pipeline_parts import WAIT_S


def test_results_come_in_order_though_the_first_is_ready_last():
    third_is_done = threading.Event()

    def work(number):
        if number == 0:
            assert third_is_done.wait(WAIT_S)
        if number == 2:
            third_is_done.set()
        return number * 10

    assert list(in_order(range(6), work, 2)) == [0, 10, 20, 30, 40, 50]


def test_workers_work_beside_each_other():
    together = threading.Barrier(3)
    assert list(in_order(range(3), lambda number: together.wait(WAIT_S) * 0 + number, 3)) == [0, 1, 2]


def test_no_more_is_read_than_there_is_room_for():
    read = []
    enough = threading.Event()

    def items():
        for number in range(100):
            read.append(number)
            if len(read) == 2 + AHEAD + 1:
                enough.set()
            yield number

    results = in_order(items(), lambda number: number, 2)
    assert next(results) == 0
    # Nothing is taken: reading stops as soon as all places are full. One was made free by the first result.
    assert enough.wait(WAIT_S)
    results.close()
    assert len(read) <= 2 + AHEAD + 3


@pytest.mark.parametrize("error", [ValueError("broken"), KeyboardInterrupt()])
def test_what_work_raises_comes_behind_the_results_before_it(error):
    def work(number):
        if number == 3:
            raise error
        return number

    got = []
    with pytest.raises(type(error)):
        for result in in_order(range(10), work, 3):
            got.append(result)
    assert got == [0, 1, 2]


def test_what_reading_raises_comes_behind_the_results_before_it():
    def items():
        yield 1
        yield 2
        raise OSError("the disk is gone")

    got = []
    with pytest.raises(OSError, match="the disk is gone"):
        for result in in_order(items(), lambda number: number, 2):
            got.append(result)
    assert got == [1, 2]


def test_whoever_takes_no_more_leaves_no_thread_behind():
    before = threading.active_count()
    results = in_order(iter(int, 1), lambda number: number, 3)
    assert next(results) == 0
    results.close()
    assert threading.active_count() == before
