"""What measures must not harm what it is pointed at."""

import sys

import pytest

from benchmarks.__main__ import main
from cases.models import Case
from tests.cases.building import open_case


@pytest.mark.django_db
def test_a_database_with_cases_is_left_alone(defaults, monkeypatch):
    open_case()
    monkeypatch.setattr(sys, "argv", ["bin/benchmark", "--cases", "3"])
    with pytest.raises(SystemExit, match="holds cases"):
        main()
    assert Case.objects.count() == 1
