"""Names, addresses and shards of targets, and the worst of them."""

from __future__ import annotations

import pytest

from jwtroles.errors import ApplyError, Exit, Refused, ServerError
from jwtroles.reader.identity import Identity, Located
from jwtroles.spec.databases_model import ListedDatabases
from jwtroles.spec.model import Environment, Word
from jwtroles.targets.model import Fleet, Outcome, State, Target, worst
from jwtroles.targets.planning import Surveyed
from jwtroles.targets.resolve import shard_of, targets_of
from jwtroles.targets.saved import each_once


def found(*urls: str) -> list[tuple[str, str]]:
    environment = Environment(Word("many"), databases=ListedDatabases(tuple(map(Word, urls))))
    return [(one.name, one.address) for one in targets_of(environment, str)]


def test_a_name_is_that_of_the_database_where_no_two_have_it():
    assert found("postgresql://u:sesame@a/x", "host=b port=6000 dbname=y") == [
        ("x", "a/x"),
        ("y", "b:6000/y"),
    ]
    assert found("postgresql://u@a/x", "postgresql://u@b/x", "service=blue", "dbname=z") == [
        ("a/x", "a/x"),
        ("b/x", "b/x"),
        ("service blue", "service blue"),
        ("z", "the local socket/z"),
    ]
    assert [name for name, _ in found("postgresql://u@a/x", "postgresql://v@a/x")] == [
        "a/x",
        "a/x (2)",
    ]


def test_what_is_no_address_is_not_shown():
    with pytest.raises(ServerError) as error:
        found("postgresql://u:se same@h:x/d")
    assert "same" not in str(error.value)


@pytest.mark.parametrize("parts", [1, 2, 8])
def test_shards_have_every_target_once_and_whatever_the_others_are(parts):
    targets = tuple(Target(f"t{n}", f"a/t{n}", "") for n in range(50))
    shards = [shard_of(targets, part, parts) for part in range(1, parts + 1)]
    assert sorted(one.name for shard in shards for one in shard) == sorted(
        one.name for one in targets
    )
    alone = [shard_of(targets[:7], part, parts) for part in range(1, parts + 1)]
    for few, many in zip(alone, shards, strict=True):
        assert set(few) <= set(many)


def test_the_file_of_a_plan_stays_in_its_folder():
    names = ["tenant_01", "host:5432/x (2)", "../x", ".x", "%2E", "Ünï"]
    assert [Target(name, name, "").file for name in names] == [
        "tenant_01.json",
        "host%3A5432%2Fx%20%282%29.json",
        "%2E.%2Fx.json",
        "%2Ex.json",
        "%252E.json",
        "%C3%9Cn%C3%AF.json",
    ]


def test_a_copy_is_not_the_database_that_a_plan_was_made_for():
    one = Identity("7", 5, "x", 18)
    found = [
        Surveyed(Target(name, name, ""), Located(identity, started, standby=False))
        for name, identity, started in [
            ("a", one, "1"),
            ("b", Identity("7", 6, "x", 18), "1"),
            ("c", one, "2"),
        ]
    ]
    errors = [one.error for one in each_once(found)]
    assert errors[:2] == [None, None]
    assert [problem.code.id for problem in errors[2].problems] == ["JR671"]


def test_the_worst_exit_code_counts():
    target = Target("a", "a", "")
    outcomes = [Outcome(target, State.FAILED, error=kind()) for kind in (Refused, ApplyError)]
    fleet = Fleet("acme", "many", tuple(outcomes), {})
    assert fleet.worst is Exit.ERROR
    assert worst([Exit.DONE, Exit.DIFFERENT]) is Exit.DIFFERENT
    assert worst([Exit.REFUSED, Exit.DIFFERENT]) is Exit.REFUSED
    assert worst([]) is Exit.DONE
