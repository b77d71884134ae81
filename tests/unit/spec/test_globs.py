"""Globs of one role: they may overlap where they say the same."""

import pytest

from jwtroles.errors import SpecError
from jwtroles.spec.load import load_text

HEAD = """\
jwtroles: 1
project: acme
database: {schemas: [app]}
environments: {dev: {}, live: {}}
tokens: {verify: gateway, claims: {sub: {type: uuid}}}
roles:
  a:
    tables:
      app.in*: """


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{select: all}", "{select: all}"),
        ("{select: [b, c]}", "{select: [c, b], delete: all}"),
        ("{select: {rows: own = claims.sub}}", "{select: {rows: own = claims.sub}}"),
        ("{select: all}", "{insert: [b]}"),
        ("{select: all, only: [dev]}", "{select: [b], only: [live]}"),
    ],
)
def test_globs_that_agree_may_overlap(one, other):
    load_text(f"{HEAD}{one}\n      app.*_lines: {other}")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{select: all}", "{select: [b]}"),
        ("{select: [b]}", "{select: [c]}"),
        ("{select: {rows: own = claims.sub}}", "{select: all}"),
        ("{update: {rows: a, check: b}}", "{update: {rows: a}}"),
        ("{select: all, only: [dev]}", "{select: [b], only: [dev, live]}"),
        ("{select: all}", "{select: [b], only: [live]}"),
    ],
)
def test_globs_that_disagree_may_not(one, other):
    with pytest.raises(SpecError) as caught:
        load_text(f"{HEAD}{one}\n      app.*_lines: {other}")
    assert [problem.code.id for problem in caught.value.problems] == ["JR239"]
