"""The fixtures of every test that needs a server.

`sandbox` gives a test each server of the matrix in turn, `applier` each applying role:

    def test_something(sandbox, applier, record_case):
        sandbox.load(schema)
        url = sandbox.applier_url(applier)
        record_case(sandbox.major, applier)
"""

from __future__ import annotations

import gc
import os
import secrets
import signal
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.convergence.coverage import Coverage
from tests.matrix import Matrix
from tests.order import check_order
from tests.servers import APPLIERS, MAJORS, Clusters
from tests.workbench import multiples_kept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.servers import Sandbox

MATRIX = pytest.StashKey[Matrix]()

# How long an example takes says how busy the machine is.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


# A shell lets what it starts in the background ignore Ctrl-C, and so what that starts in turn.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Programs that tests start keep their bytecode: to compile jwtroles takes longer than to run it.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--matrix",
        action="store_true",
        help="print the matrix of servers and applying roles, and fail unless all of it ran",
    )
    parser.addoption("--update", action="store_true", help="rewrite the expected outputs")
    parser.addoption("--seed", type=int, help="of the random states in tests/convergence")


def pytest_configure(config: pytest.Config) -> None:
    matrix = config.stash[MATRIX] = Matrix(config)
    if config.getoption("matrix"):
        config.pluginmanager.register(matrix, "matrix")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Coverage(), "convergence")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    check_order(items)


def pytest_collection_finish() -> None:
    """Leave what was collected alone: looking for garbage in thousands of tests finds none."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Clusters]:
    """Give this process's servers: `with cluster(18).fresh() as sandbox`."""
    clusters = Clusters()
    try:
        yield clusters
    finally:
        clusters.close()


@pytest.fixture(scope="module", autouse=True)
def multiples() -> Iterator[None]:
    """Spare each database the time that the multiples of points take.

    `test_cases` has them made on every server, as every role.
    """
    with multiples_kept():
        yield


@pytest.fixture(params=MAJORS)
def sandbox(request: pytest.FixtureRequest, cluster: Clusters) -> Iterator[Sandbox]:
    """Give a clean server with an empty database, on each major version."""
    with cluster(request.param).fresh() as fresh:
        yield fresh


@pytest.fixture(params=APPLIERS)
def applier(request: pytest.FixtureRequest) -> str:
    """Name who applies: the superuser, or a role that may create roles."""
    return str(request.param)


@pytest.fixture
def record_case(request: pytest.FixtureRequest) -> Callable[[int, str], None]:
    """Count a case for the table that --matrix prints."""
    return request.config.stash[MATRIX].record


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Give the seed of this run: the one that was asked for, or a new one."""
    asked: int | None = request.config.getoption("seed")
    return secrets.randbelow(10**6) if asked is None else asked


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Tell whether expected outputs are to be rewritten rather than compared."""
    return bool(request.config.getoption("update"))
