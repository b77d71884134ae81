"""A database with the verifier and no key, on each major version, for the tests of one module."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.servers import MAJORS
from tests.verifier.keys import make_verifier, store_base_points

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers import Clusters
    from tests.verifier.keys import Connection


@pytest.fixture(scope="module", params=MAJORS)
def verifier(request: pytest.FixtureRequest, cluster: Clusters) -> Iterator[Connection]:
    """Give a superuser's connection that finds nothing but the system's own names."""
    with cluster(request.param).fresh() as sandbox:
        connection = sandbox.connect()
        make_verifier(connection)
        store_base_points(connection)
        yield connection
