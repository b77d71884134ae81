"""A change in a few words."""

from __future__ import annotations

from test_text import CASES

from jwtroles.kinds import KINDS
from jwtroles.kinds.base import Change
from jwtroles.kinds.login_setting import LoginSetting
from jwtroles.planner.describe import describe


def test_every_kind_has_words() -> None:
    """A kind without words of its own would be described by its key."""
    steps = CASES["first"]().plan.steps
    words = {describe(step.change) for step in steps}
    elsewhere = {"login_setting"}  # no role of the example logs in itself
    # What only a database that verifies tokens has.
    elsewhere |= {"ticket_secret", "curve_multiple", "key_pad", "signing_key", "issuer"}
    assert {step.change.kind for step in steps} == {kind.name for kind in KINDS} - elsewhere
    assert words > {
        "role auditor",
        "membership of acme_authenticator in auditor",
        "schema jwtroles",
        "table jwtroles.claim_role",
        "function app.invoice_total(month date)",
        "view app.customer_directory",
        "row security of app.audit_events",
        "policy jr_auditor_select on app.audit_events",
        "mapping rule 1",
        "setting statement_timeout of member",
    }


def test_a_stored_setting_is_told_from_one_of_a_token() -> None:
    setting = LoginSetting("job", False, "work_mem", "8MB")
    change = Change("login_setting", ("job", False, "work_mem"), None, setting)
    assert describe(change) == "setting work_mem of job, stored with it"


def test_a_grant_names_columns_and_object() -> None:
    words = [describe(s.change) for s in CASES["drift"]().plan.steps if s.change.kind == "acl"]
    assert "update (note, total) on app.invoices for member" in words
    assert "usage on schema app for member" in words
    assert "select on new tables of app_owner in schema app for member" in words


def test_a_kind_without_words_is_described_by_its_key() -> None:
    assert describe(Change("some_thing", ("acme", "k1"), None, object())) == "some thing acme k1"
