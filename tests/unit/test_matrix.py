from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.matrix import Matrix
from tests.servers import APPLIERS, MAJORS


def full() -> Matrix:
    matrix = Matrix(SimpleNamespace())
    for major in MAJORS:
        for applier in APPLIERS:
            matrix.record(major, applier)
    return matrix


def test_equal_cells_are_whole():
    assert full().wrongs() == []


def test_no_case_at_all_is_not_whole():
    assert Matrix(SimpleNamespace()).wrongs() == ["no case ran"]


def test_a_worker_adds_its_cases_and_its_skipped_tests():
    matrix = full()
    ran = [(MAJORS[0], APPLIERS[0], 2)]
    matrix.pytest_testnodedown(SimpleNamespace(workeroutput={"matrix": (ran, ["test_x"])}))
    assert matrix.wrongs() == [
        "skipped: test_x",
        "not every case ran on every server as every applier",
    ]


def test_a_crashed_worker_adds_nothing():
    matrix = full()
    matrix.pytest_testnodedown(SimpleNamespace())
    assert matrix.wrongs() == []


def test_a_cell_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="no such cell"):
        full().record(13, "superuser")
