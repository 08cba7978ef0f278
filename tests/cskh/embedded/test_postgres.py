"""Which PostgreSQL is taken, as whom it runs, and how it gets past what a crash left."""

import os
import shutil
from pathlib import Path

import psycopg
import pytest

from cskh.embedded import postgres, privileges
from cskh.embedded.folders import DataFolder
from cskh.embedded.postgres import Postgres, find_programs
from cskh.embedded.process import LaunchError

pytestmark = pytest.mark.crash
INSTALLED = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
needs_installed = pytest.mark.skipif(not INSTALLED, reason="no PostgreSQL is installed here")


@pytest.fixture
def running(tmp_path):
    """running(): a started server on tmp_path/data, stopped at the end."""
    servers = []

    def start():
        data = DataFolder(tmp_path / "data")
        data.path.mkdir(exist_ok=True)
        servers.append(Postgres(data))
        servers[-1].start()
        return servers[-1]

    yield start
    for server in servers:
        server.child.stop()


def ask(server, query):
    with psycopg.connect(server.url) as connection:
        return connection.execute(query).fetchone()[0]


@pytest.fixture
def no_namespaces(monkeypatch):
    """As in a container that forbids user namespaces."""
    real = privileges._succeeds
    monkeypatch.setattr(privileges, "_succeeds", lambda argv, user=None: argv[0] != "unshare" and real(argv, user))


@needs_root
def test_as_root_without_namespaces_it_runs_as_nobody_and_the_data_stays(running, no_namespaces):
    try:
        for number in (1, 2):
            server = running()
            assert Path(f"/proc/{server.child.process.pid}").stat().st_uid == 65534
            with psycopg.connect(server.url) as connection:
                connection.execute("CREATE TABLE IF NOT EXISTS seen (word text)")
                connection.execute("INSERT INTO seen VALUES ('x')")
            assert ask(server, "SELECT count(*) FROM seen") == number
            server.child.stop()
    finally:
        shutil.rmtree(server.cluster.parent)


@needs_root
def test_programs_that_nobody_cannot_reach_are_copied_for_it(running, no_namespaces, monkeypatch, tmp_path):
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    package = find_programs().folder.parent.parent
    for path in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(path, hidden / path.name)
    monkeypatch.setattr(postgres, "_candidates", lambda: [hidden / package.name / "pginstall" / "bin"])
    server = running()
    try:
        assert ask(server, "SELECT 1") == 1
    finally:
        server.child.stop()
        shutil.rmtree(server.cluster.parent)


@needs_root
def test_as_root_with_namespaces_the_files_stay_roots(running):
    server = running()
    assert server.cluster.stat().st_uid == 0


@needs_installed
def test_an_installed_server_is_the_second_choice_and_reads_vietnamese_alike(running, monkeypatch):
    monkeypatch.setattr(postgres.importlib.util, "find_spec", lambda name: None)
    server = running()
    assert ask(server, "SHOW server_version_num")[:2] == INSTALLED[-1].parent.parent.name
    assert ask(server, "SELECT lower('ĐẶNG')") == "đặng"
    assert ask(server, "SELECT 'ĐẶNG' ILIKE 'đặng'") is True


def test_data_of_a_version_that_is_not_here_is_refused_in_words(tmp_path):
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("9\n")
    with pytest.raises(LaunchError, match="made by PostgreSQL 9"):
        Postgres(DataFolder(tmp_path))


def test_a_stale_pid_that_is_somebody_elses_by_now_is_no_obstacle(running):
    server = running()
    server.child.stop()
    stale = server.cluster / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{server.cluster}\n1\n5432\n")
    assert ask(running(), "SELECT 1") == 1


def test_an_interrupted_first_start_leaves_nothing_in_the_way(running, tmp_path):
    (tmp_path / "data" / "postgres.new").mkdir(parents=True)
    (tmp_path / "data" / "postgres.new" / "half").write_text("made")
    assert ask(running(), "SELECT 1") == 1


def test_a_server_that_cannot_start_says_why(running):
    server = running()
    server.child.stop()
    (server.cluster / "postgresql.conf").write_text("max_connections = none\n")
    with pytest.raises(LaunchError, match="max_connections"):
        running()


def test_the_terminals_language_and_PG_variables_do_not_matter(running, monkeypatch):  # noqa: N802
    for name, value in {"LC_ALL": "vi_VN.UTF-8", "LANG": "xx_XX", "PGDATA": "/nonexistent", "PGPORT": "1"}.items():
        monkeypatch.setenv(name, value)
    server = running()
    monkeypatch.delenv("PGPORT")
    assert ask(server, "SHOW server_encoding") == "UTF8"
