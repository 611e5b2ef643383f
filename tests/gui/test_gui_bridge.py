from pytestqt.qtbot import QtBot

from app.gui.bridge import Background


def test_work_that_fails_in_any_way_is_said_and_never_ends_in_silence(qtbot: QtBot) -> None:
    def stumble() -> None:
        raise ZeroDivisionError("name of a patient")

    background, done, failed = Background(), list[object](), list[str]()
    background.run("open source", stumble, done.append, failed.append)
    qtbot.waitUntil(lambda: bool(failed))
    assert failed == ["This went wrong: open source (ZeroDivisionError). Try again."]
    assert done == []
    background.close()
