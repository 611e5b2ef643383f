"""The walk through the check list: its first steps, on the real program."""

import pytest

from scripts.walkthrough import NEEDS, make_parts, walk
from tests.media import needs

pytestmark = [needs(*NEEDS), pytest.mark.timeout(180)]


def test_the_demo_is_walked_through(tmp_path):
    (demo,) = (part for part in make_parts() if part.name == "demo")
    assert walk(demo, tmp_path, most=2) == []
    assert len(list(tmp_path.glob("demo-*.webp"))) == 2
