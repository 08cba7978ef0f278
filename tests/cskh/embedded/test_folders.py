"""The data folder: locked, private, and with room for sockets."""

import base64
import os
import stat

import pytest

from cskh.embedded.folders import DataFolder
from cskh.embedded.process import LaunchError


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_the_secret_key_is_made_once_and_only_ours_to_read(tmp_path):
    with DataFolder(tmp_path / "data") as data:
        first = data.secret_key()
    with DataFolder(tmp_path / "data") as data:
        assert data.secret_key() == first
    assert len(first) >= 50
    assert mode(tmp_path / "data" / "secret_key") == 0o600


def test_so_is_the_key_that_files_are_sealed_with(tmp_path):
    with DataFolder(tmp_path / "data") as data:
        first = data.storage_key()
        assert len(base64.b64decode(first)) == 32
    with DataFolder(tmp_path / "data") as data:
        assert data.storage_key() == first
    assert mode(tmp_path / "data" / "storage_key") == 0o600


def test_a_folder_is_held_by_one_and_free_afterwards(tmp_path):
    with DataFolder(tmp_path), pytest.raises(LaunchError, match=f"process {os.getpid()}"), DataFolder(tmp_path):
        pass
    with DataFolder(tmp_path):
        pass


@pytest.mark.parametrize("name", ["short", "x" * 90, "chăm sóc", "with blank", "q?a&b"])
def test_sockets_fit_and_are_private_wherever_the_data_is(tmp_path, monkeypatch, name):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    sockets = DataFolder(tmp_path / name / "data").socket_folder()
    assert len(os.fsencode(sockets / ".s.PGSQL.5432")) < 107
    assert str(sockets).isascii()
    assert not set(str(sockets)) & set(" ?&%")
    assert mode(sockets) == 0o700


def test_two_data_folders_never_share_sockets(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    one, other = (DataFolder(tmp_path / f"{'x' * 90}{number}").socket_folder() for number in (1, 2))
    assert one != other


def test_a_socket_folder_put_there_by_a_link_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LaunchError, match="belongs to somebody else"):
        DataFolder(tmp_path).socket_folder()
    assert mode(tmp_path / "elsewhere") != 0o700


def test_the_environment_is_told_while_it_runs_and_forgotten_after_a_kill(tmp_path):
    with pytest.raises(LaunchError, match="Nothing is running"):
        DataFolder(tmp_path).published()
    with DataFolder(tmp_path) as data:
        with pytest.raises(LaunchError, match="starting or stopping"):
            DataFolder(tmp_path).published()
        data.publish({"A": "đ"})
        assert DataFolder(tmp_path).published() == {"A": "đ"}
        assert mode(tmp_path / "environment.json") == 0o600
    # Not withdrawn: as after a kill.
    with pytest.raises(LaunchError, match="Nothing is running"):
        DataFolder(tmp_path).published()
