"""Checks on facts that are changed: versions, networks and lock tables that are not at hand."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from jwtroles import doctor
from jwtroles.doctor import Severity
from jwtroles.doctor.advisories import known
from jwtroles.doctor.checks import version
from jwtroles.doctor.facts import look
from jwtroles.doctor.subject import Subject
from jwtroles.reader.connection import connect

if TYPE_CHECKING:
    from jwtroles.doctor.facts import Facts
    from tests.servers import Clusters


@pytest.fixture(scope="module")
def facts(cluster: Clusters) -> Facts:
    """Give the facts of an empty database of 18, to be changed."""
    with cluster(18).fresh() as sandbox, connect(sandbox.url) as connection:
        return look(connection)


def test_the_size_of_the_lock_table(facts: Facts) -> None:
    small = replace(facts, server=replace(facts.server, locks_each=1, lock_sessions=60))
    (one,) = doctor.checks.locks.check(small, Subject()).findings
    each = int(re.search(r"max_locks_per_transaction = (\d+)", one.problem.remedy)[1])
    enough = replace(small, server=replace(small.server, locks_each=each))
    assert doctor.checks.locks.check(enough, Subject()).findings == ()


def test_what_passes_a_network(facts: Facts) -> None:
    def found(**given: object) -> list[str]:
        remote = replace(facts, server=replace(facts.server, address="db.example"), **given)
        checked = doctor.checks.connection.check(remote, Subject())
        return [one.problem.code.id for one in checked.findings]

    assert doctor.checks.connection.check(facts, Subject()).findings == ()
    assert found(tls="", server_tls=True) == ["JR854"]
    assert found(tls="TLSv1.3", sslmode="require") == ["JR855"]
    assert found(tls="TLSv1.3", sslmode="verify-full") == []
    for address in ("127.0.0.1:5433", "localhost", "::1"):
        assert not replace(facts, server=replace(facts.server, address=address)).network


# The advisories.

HOLES = {
    140000: 10,
    140023: 1,
    140024: 0,
    150003: 8,
    150019: 0,
    160004: 5,
    160015: 0,
    170000: 5,
    170010: 1,
    170011: 0,
    180000: 2,
    180004: 1,
    180006: 0,
    190000: 0,
}
"""server_version_num → how many advisories are open there."""


@pytest.mark.parametrize("number", HOLES)
def test_minor_releases_and_their_holes(facts: Facts, number: int) -> None:
    facts = replace(facts, server=replace(facts.server, version=number))
    found = version.check(facts, Subject(), date(2026, 1, 1)).findings
    assert [one.problem.code.id for one in found] == ["JR850"] * HOLES[number]
    opened = [one for one in known().advisories if one.opens(number)]
    kinds = [Severity.ERROR if one.concerns == "rows" else Severity.WARNING for one in opened]
    assert [one.severity for one in found] == kinds
    for advisory, one in zip(opened, found, strict=True):
        assert advisory.id in one.problem.message
        assert (
            f"update to {number // 10000}.{advisory.fixed[number // 10000]}" in one.problem.remedy
        )


def test_majors_that_are_over_or_too_old(facts: Facts) -> None:
    def codes(number: int, day: date) -> set[str]:
        changed = replace(facts, server=replace(facts.server, version=number))
        checked = version.check(changed, Subject(), day)
        return {one.problem.code.id for one in checked.findings} - {"JR850"}

    assert codes(130023, date(2026, 1, 1)) == {"JR852"}
    assert codes(150019, date(2027, 11, 11)) == set()
    assert codes(150019, date(2027, 11, 12)) == {"JR851"}


def test_each_advisory_says_what_it_is() -> None:
    found = known()
    assert len({one.id for one in found.advisories}) == len(found.advisories)
    for one in found.advisories:
        assert re.fullmatch(r"CVE-20\d\d-\d{4,}", one.id)
        assert one.concerns in ("rows", "privileges")
        assert one.fixed
        assert set(one.fixed) <= set(found.ends)
        assert not one.lets.endswith(".")
