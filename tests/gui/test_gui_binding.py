import sys

from PySide6.QtCore import QObject, QTimer, Signal


class Sender(QObject):
    sent = Signal(object)


def test_the_qt_binding_keeps_the_references_that_it_is_lent(qapp: object) -> None:
    # PySide6 6.12.0 takes one from None or True with every call on a Python before 3.12: after some minutes of
    # painting, the program ends with 'Fatal Python error: none_dealloc'.
    timer, sender = QTimer(), Sender()
    before = sys.getrefcount(None), sys.getrefcount(True)
    for _ in range(100):
        timer.setInterval(1000)
        sender.sent.emit(1)
    after = sys.getrefcount(None), sys.getrefcount(True)
    assert after[0] > before[0] - 50
    assert after[1] > before[1] - 50
