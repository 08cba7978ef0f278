"""The loop of the supervisor, for as long as a test wants it."""

import time

import pytest


class Enough(Exception):
    pass


def run_until(supervisor, condition, seconds=20):
    """Runs the supervisor's loop until `condition()`."""
    deadline = time.monotonic() + seconds
    real = supervisor._show_output

    def watch(wait):
        assert time.monotonic() < deadline
        if condition():
            raise Enough
        return real(min(wait, 0.05))

    supervisor._show_output = watch
    with pytest.raises(Enough):
        supervisor.run()
    supervisor._show_output = real
