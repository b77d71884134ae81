"""What the verifier refuses: each reason is tried by a test, and told in the manual."""

from __future__ import annotations

import re

from jwtroles.verifier import jws
from tests.pages import ROOT
from tests.verifier import test_claims
from tests.verifier.hostile import HOSTILE

BY_THEMSELVES = {
    test_claims.NOT_KNOWN,
    test_claims.NO_IAT,
    test_claims.REVOKED,
    test_claims.TOO_LONG,
}
"""Reasons that need a row of the database besides the token."""


def reasons() -> set[str]:
    bodies = "".join(function.body for function in jws.functions("owner", "acme"))
    found = re.findall(r"RAISE EXCEPTION\s+'([^'%]+)'\s+USING ERRCODE = '28000'", bodies)
    assert len(found) == bodies.count("RAISE EXCEPTION")
    return set(found)


def test_every_reason_is_tried():
    tried = {reason for _, _, reason in (*HOSTILE, *test_claims.JUDGED)}
    assert reasons() == (tried | BY_THEMSELVES) - {test_claims.ACCEPTED}


def test_every_reason_is_in_the_manual():
    page = (ROOT / "docs" / "verifier.md").read_text("utf-8")
    assert set(re.findall(r"^\| `(the[^`]+)` \|", page, re.MULTILINE)) == reasons()
