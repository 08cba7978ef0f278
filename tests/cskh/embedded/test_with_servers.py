"""`manage.py with_servers`: servers are there while a command runs, and nothing is left afterwards."""

import os
import signal
import sys

import pytest

PRINT_ADDRESSES = (sys.executable, "-c", "import os; print(os.environ['DATABASE_URL'], os.environ['REDIS_URL'])")
SLEEP = (sys.executable, "-c", "import time; print('running', flush=True); time.sleep(600)")
REMEMBER = """
import os, psycopg, redis
with psycopg.connect(os.environ["DATABASE_URL"]) as db:
    db.execute("CREATE TABLE IF NOT EXISTS seen (word text)")
    db.execute("INSERT INTO seen VALUES ('đã thấy')")
    rows = db.execute("SELECT count(*), lower('ĐẶNG'), current_setting('listen_addresses') FROM seen").fetchone()
valkey = redis.from_url(os.environ["REDIS_URL"])
print("rows", *rows, "calls", valkey.incr("calls"), "port", valkey.config_get("port")["port"], flush=True)
"""

DURABLE = """
import os, psycopg
with psycopg.connect(os.environ["DATABASE_URL"]) as db:
    print(*db.execute("SELECT current_setting('fsync'), current_setting('synchronous_commit')").fetchone())
"""


def remembered(launched):
    return next(line for line in launched.finish()[1].splitlines() if line.startswith("rows"))


@pytest.mark.crash
@pytest.mark.parametrize(("program", "code"), [("exit 0", 0), ("exit 3", 3), ("kill -TERM $$", 143)])
def test_the_commands_exit_code_is_ours_and_nothing_is_left(launch, tmp_path, program, code):
    launched = launch("with_servers", "--", "sh", "-c", program)
    assert launched.finish()[0] == code
    assert launched.processes() == {}
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["test.lock"]


def test_servers_named_in_the_environment_are_used_and_none_is_started(launch):
    code, said = launch(
        "with_servers",
        "--",
        *PRINT_ADDRESSES,
        DATABASE_URL="postgresql://db.example/x",
        REDIS_URL="redis://cache.example",
    ).finish()
    assert code == 0
    assert "postgresql://db.example/x redis://cache.example" in said
    assert "ready in" not in said


@pytest.mark.parametrize(("options", "said"), [([], "on on"), (["--not-durable"], "off off")])
def test_only_who_says_so_waits_for_no_disk(launch, options, said):
    code, words = launch("with_servers", *options, "--", sys.executable, "-c", DURABLE).finish()
    assert code == 0
    assert said in words


@pytest.mark.crash
def test_what_is_written_is_there_next_time_and_nothing_listens_on_tcp(launch, tmp_path):
    for number in (1, 2):
        launched = launch("with_servers", "--data", str(tmp_path / "kept"), "--", sys.executable, "-c", REMEMBER)
        assert remembered(launched) == f"rows {number} đặng  calls {number} port 0"


@pytest.mark.crash
def test_killed_without_a_chance_everything_goes_and_the_data_stays(launch, tmp_path):
    kept = tmp_path / "kept"
    both = f"{REMEMBER}\nimport time; time.sleep(600)"
    launched = launch("with_servers", "--data", str(kept), "--", sys.executable, "-c", both, data=kept)
    launched.wait_for("rows 1")
    launched.pid_of("valkey-server")
    launched.pid_of("postgres -D")
    os.kill(launched.process.pid, signal.SIGKILL)
    again = launch("with_servers", "--data", str(kept), "--", sys.executable, "-c", REMEMBER)  # at once
    assert remembered(again).startswith("rows 2 đặng  calls 2")
    launched.assert_all_gone(10)


@pytest.mark.crash
def test_a_second_launcher_on_the_same_folder_is_told_who_holds_it(launch, tmp_path):
    first = launch("with_servers", "--data", str(tmp_path / "kept"), "--", *SLEEP)
    first.wait_for("running")
    code, said = launch("with_servers", "--data", str(tmp_path / "kept"), "--", "true").finish()
    assert code == 1
    assert "already running" in said
    assert f"process {first.process.pid}" in said
    assert first.process.poll() is None


@pytest.mark.crash
def test_two_throwaway_runs_beside_each_other_do_not_meet_and_sweep_what_a_killed_one_left(launch, tmp_path):
    killed = launch("with_servers", "--", *SLEEP)
    killed.wait_for("running")
    beside = launch("with_servers", "--", *SLEEP)
    beside.wait_for("running")
    assert len(list((tmp_path / "data").glob("test-*"))) == 2
    os.kill(killed.process.pid, signal.SIGKILL)
    killed.process.wait(10)
    assert launch("with_servers", "--", "true").finish()[0] == 0
    assert len(list((tmp_path / "data").glob("test-*"))) == 1
    os.kill(beside.process.pid, signal.SIGTERM)
    assert beside.finish()[0] == 143
    beside.assert_all_gone(10)


@pytest.mark.parametrize(
    ("arguments", "words"), [((), "Say what to run"), (("--", "no-such-program"), "Cannot run no-such-program")]
)
def test_what_cannot_run_is_said_in_one_line(launch, arguments, words):
    code, said = launch("with_servers", *arguments, DATABASE_URL="postgresql:///x", REDIS_URL="redis://x").finish()
    assert code == 1
    assert words in said
    assert "Traceback" not in said
