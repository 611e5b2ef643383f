import pytest

from model.errors import DataError
from model.structures import (
    BLOCK_REGION,
    Structure,
    colours_of,
    from_colours,
    parse_colour,
    parse_structures,
    with_colours,
)


def test_names_get_their_usual_colours_and_unknown_ones_free_ones():
    found = parse_structures("block region, artery ,lymph node,gland")
    assert found[0] == BLOCK_REGION
    assert [one.name for one in found] == ["block region", "artery", "lymph node", "gland"]
    assert len({one.colour for one in found}) == 4


def test_a_colour_can_be_given():
    first, second = parse_structures("artery=#0102ff,vein")
    assert first.colour == (1, 2, 255)
    assert second == with_colours(["vein"])[0]


def test_more_names_than_colours_still_get_one_each():
    found = with_colours([f"s{number}" for number in range(20)])
    assert len(found) == 20


@pytest.mark.parametrize("text", ["", " , ", "artery,artery", "=#ffffff", "artery=red", "artery="])
def test_what_cannot_be_read_is_one_sentence(text):
    with pytest.raises(DataError, match="give"):
        parse_structures(text)


def test_a_title_begins_with_a_capital_and_the_colour_is_written_as_on_the_web():
    structure = Structure("fascia iliaca", (0, 10, 255))
    assert structure.title == "Fascia iliaca"
    assert structure.hex == "#000aff"
    assert parse_colour(structure.hex) == structure.colour


def test_structures_survive_being_written_down():
    structures = parse_structures("block region,artery=#112233")
    assert from_colours(colours_of(structures)) == structures
    assert from_colours(None) == (BLOCK_REGION,)
