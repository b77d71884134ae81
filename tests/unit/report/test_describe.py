"""A change in a few words."""

from __future__ import annotations

from test_text import CASES

from jwtroles.kinds import KINDS
from jwtroles.kinds.base import Change
from jwtroles.planner.describe import describe


def test_every_kind_has_words() -> None:
    """A kind without words of its own would be described by its key."""
    seen = {step.change.kind: describe(step.change) for step in CASES["first"]().plan.steps}
    assert set(seen) == {kind.name for kind in KINDS}
    assert seen["membership"] == "membership of acme_authenticator in auditor"
    assert seen["table_security"] == "row security of app.audit_events"
    assert seen["policy"] == "policy jr_auditor_select on app.audit_events"


def test_a_grant_names_columns_and_object() -> None:
    words = [describe(s.change) for s in CASES["drift"]().plan.steps if s.change.kind == "acl"]
    assert "update (note, total) on app.invoices for member" in words
    assert "usage on schema app for member" in words
    assert "select on new tables of app_owner in schema app for member" in words


def test_a_kind_without_words_is_described_by_its_key() -> None:
    assert describe(Change("signing_key", ("acme", "k1"), None, object())) == "signing key acme k1"
