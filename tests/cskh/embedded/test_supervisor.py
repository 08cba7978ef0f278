"""Children are shown, brought back, and gone at the end."""

import os
import signal
import subprocess
import sys
import time

import pytest

from cskh.embedded import supervisor as supervisor_module
from cskh.embedded.process import Child, LaunchError, Service
from cskh.embedded.supervisor import Console, Supervisor
from tests.supervising import run_until

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
)


def python(name, program, **options):
    return Child(Service(name=name, argv=[sys.executable, "-c", program], **options))


@pytest.fixture
def supervisor(monkeypatch):
    monkeypatch.setattr(supervisor_module, "_FIRST_WAIT", 0.1)
    supervisor = Supervisor(Console())
    yield supervisor
    supervisor.stop()


def test_each_line_carries_its_name_also_the_last_unfinished_one(supervisor, capfd):
    supervisor.finish(python("talker", "print('một\\nhai'); print('ba', end='')"))
    assert capfd.readouterr().out == "talker | một\ntalker | hai\ntalker | ba\n"


def test_what_ends_is_started_again(supervisor, capfd):
    child = python("fickle", "import time; print('here', flush=True); time.sleep(600)")
    supervisor.start(child)
    first = child.process.pid
    child.process.kill()
    run_until(supervisor, lambda: child.running and child.process.pid != first)
    assert "fickle ended (SIGKILL); starting it again" in capfd.readouterr().out


def test_the_waits_grow_while_it_keeps_failing(supervisor, capfd):
    child = python("broken", "raise SystemExit(7)")
    supervisor.start(child)
    said = []

    def three_failures():
        said.append(capfd.readouterr().out)
        return "".join(said).count("ended (exit code 7)") >= 4

    run_until(supervisor, three_failures)
    [watched] = supervisor._watched
    assert watched.wait >= 0.1 * 2**4


def test_one_that_ignores_the_request_is_killed_when_its_time_is_over(supervisor):
    stubborn = python("stubborn", STUBBORN, stop_seconds=0.5)
    polite = python("polite", "import time; time.sleep(600)", stop_seconds=5)
    for child in (stubborn, polite):
        supervisor.start(child)
    supervisor.wait_until(lambda: time.monotonic() - stubborn.started_at > 0.5, stubborn, 5)
    began = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - began < 3
    assert (stubborn.process.returncode, polite.process.returncode) == (-signal.SIGKILL, -signal.SIGTERM)


def test_a_program_that_must_succeed_and_does_not_stops_the_start(supervisor):
    with pytest.raises(LaunchError, match=r"step failed \(exit code 4\)"):
        supervisor.finish(python("step", "raise SystemExit(4)"))


def test_a_program_that_ends_before_it_is_ready_is_reported(supervisor):
    child = python("web", "print('port taken')")
    supervisor.start(child)
    with pytest.raises(LaunchError, match="web did not start"):
        supervisor.wait_until(lambda: False, child, 20)


def test_ctrl_c_reaches_only_us(supervisor):
    child = python("child", "import time; time.sleep(600)")
    supervisor.start(child)
    assert os.getsid(child.process.pid) == child.process.pid != os.getsid(0)


def test_much_output_is_no_obstacle(supervisor, capfd):
    supervisor.finish(python("loud", "print('x' * 300_000); print('end')"))
    assert capfd.readouterr().out.endswith("loud   | end\n")


SUPERVISED = """
import signal, sys
from cskh.embedded.process import Child, Service
from cskh.embedded.stopping import Stop, stop_on_signals
from cskh.embedded.supervisor import Console, Supervisor
stop_on_signals(signal.SIGTERM)
supervisor = Supervisor(Console())
try:
    for name in "abc":
        supervisor.start(Child(Service(name=name, argv=["sh", "-c", "while :; do echo x; sleep 0.01; done"])))
    print("up", flush=True)
    supervisor.run()
except Stop:
    supervisor.stop()
    print("stopped", flush=True)
"""


@pytest.mark.crash
def test_whenever_the_signal_comes_it_stops():
    """A handler that raised would at times leave a lock taken, and the stop waiting for ever."""
    for attempt in range(15):
        with subprocess.Popen([sys.executable, "-c", SUPERVISED], stdout=subprocess.PIPE, text=True) as process:
            assert any(line == "up\n" for line in process.stdout)
            time.sleep(attempt * 0.0371)
            process.terminate()
            assert process.communicate(timeout=20)[0].endswith("stopped\n")
            assert process.returncode == 0


def test_when_nobody_reads_any_more_it_stops():
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISED.replace("SIGTERM", "SIGHUP")], stdout=subprocess.PIPE
    ) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(20) == 0
