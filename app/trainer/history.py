"""What a trainee has answered so far: numbers only, a line for each case, in a file of their own."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from app.errors import OutputError
from app.trainer.scoring import Score

LAST = 10
"""So many answers are 'the last ones'."""
_lock = threading.Lock()


@dataclass(frozen=True)
class Answer:
    """One case, answered and seen."""

    time: str
    case: str
    """A number made from the picture's pixels: the same picture has the same one. It says nothing of a patient."""
    iou: float
    """Of the trainee's outline and the expert's, 0..1."""
    right: bool
    model_iou: float | None
    """Of the model's and the expert's; None where there was no model."""

    @staticmethod
    def of(mark: int, score: Score, model_iou: float | None) -> Answer:
        """Of a picture's `mark_of`, now."""
        model = None if model_iou is None else round(model_iou, 4)
        now = datetime.now().isoformat(timespec="seconds")
        return Answer(now, f"{mark:08x}", round(score.iou, 4), score.right, model)


@dataclass(frozen=True)
class Summary:
    """Of some answers, one at least."""

    count: int
    mean_iou: float
    last_iou: float
    """The mean of the last ones."""
    right: float
    """Share, 0..1."""

    @staticmethod
    def of(answers: Sequence[Answer]) -> Summary:
        ious = [answer.iou for answer in answers]
        last = ious[-LAST:]
        right = sum(answer.right for answer in answers) / len(answers)
        return Summary(len(ious), sum(ious) / len(ious), sum(last) / len(last), right)


class History:
    """A line of JSON for each answer, so that nothing that stands there is written anew. For any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> list[Answer]:
        """All answers, oldest first; lines that are none are left out. Raises OutputError where it cannot be read."""
        try:
            lines = self._path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            reason = error.strerror or str(error)
            raise OutputError(f"Your earlier answers cannot be read ({reason}): see {self._path}.") from error
        return [answer for line in lines if (answer := _answer(line)) is not None]

    def add(self, answer: Answer) -> None:
        """Writes one more. Raises OutputError."""
        try:
            with _lock:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                with self._path.open("ab+") as stream:
                    size = stream.seek(0, os.SEEK_END)
                    stream.seek(max(size - 1, 0))
                    # What a full disk has cut off must not take this one with it.
                    torn = stream.read(1) not in (b"", b"\n")
                    stream.write(b"\n" * torn + json.dumps(asdict(answer)).encode() + b"\n")
        except OSError as error:
            raise OutputError.of(f"The answer in {self._path}", error) from error


def _answer(line: str) -> Answer | None:
    try:
        found = json.loads(line)
        model = found["model_iou"]
        return Answer(
            str(found["time"]),
            str(found["case"]),
            float(found["iou"]),
            bool(found["right"]),
            None if model is None else float(model),
        )
    except (ValueError, KeyError, TypeError):
        return None
