import os

import pytest

from model.errors import ModelError
from model.outputs import require_files, require_folders


def test_what_can_be_written_passes(tmp_path):
    (tmp_path / "old.json").touch()
    require_files(None, tmp_path / "new.json", tmp_path / "old.json")
    require_folders(None, tmp_path, tmp_path / "new" / "deeper")


@pytest.mark.skipif(os.name == "nt", reason="needs links")
def test_what_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ModelError, match="is not a folder: make it first"):
        require_files(tmp_path / "none" / "x.json")
    with pytest.raises(ModelError, match="is a folder: give the name of a file"):
        require_files(tmp_path)
    with pytest.raises(ModelError, match="x is asked for twice: give each file a name of its own"):
        require_files(tmp_path / "x", None, tmp_path / "." / "x")
    with pytest.raises(ModelError, match="/dev/null is no file"):
        require_files(type(tmp_path)("/dev/null"))
    with pytest.raises(ModelError, match="file is a file: give a folder"):
        require_folders(tmp_path / "file" / "in it")
    with pytest.raises(ModelError, match="dangling is no folder"):
        require_folders(tmp_path / "dangling")
