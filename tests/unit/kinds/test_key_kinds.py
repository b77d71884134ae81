"""What changes of issuers and keys do to access, and what is worth a look about them."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import pytest

from jwtroles.catalog import Catalog
from jwtroles.codec import Codec
from jwtroles.kinds.base import Change, Context, Effect, Phase, Secret
from jwtroles.kinds.curve_multiple import CURVE_MULTIPLE_KIND, CurveMultiple
from jwtroles.kinds.issuer import ISSUER_KIND, Issuer
from jwtroles.kinds.key_pad import KEY_PAD_KIND, KeyPad
from jwtroles.kinds.kind import Kind
from jwtroles.kinds.signing_key import SIGNING_KEY_KIND, SigningKey
from jwtroles.planner.key_remarks import key_remarks
from jwtroles.reader.saved import CODEC
from jwtroles.spec.load import load_text

CONTEXT = Context(180000, own_role="acme_jwtroles")
ISSUER = Issuer("https://a", frozenset({"db"}), 900, 30)
KEY = SigningKey(7, "https://a", "k", "RS256", "00", 1000, 2000, "digest")


@pytest.mark.parametrize(
    ("changes", "effect"),
    [
        ({"audience": frozenset({"db", "other"})}, Effect.LOOSENS),
        ({"audience": frozenset({"other"})}, Effect.UNKNOWN),
        ({"max_lifetime": 600}, Effect.TIGHTENS),
        ({"max_lifetime": 0}, Effect.LOOSENS),
        ({"clock_skew": 0}, Effect.TIGHTENS),
        ({"clock_skew": 60}, Effect.LOOSENS),
        ({"optional": frozenset({"exp"})}, Effect.LOOSENS),
        ({"clock_skew": 0, "max_lifetime": 1000}, Effect.UNKNOWN),
    ],
)
def test_an_issuer_that_changes(changes: dict[str, object], effect: Effect) -> None:
    after = replace(ISSUER, **changes)
    change = Change("issuer", "https://a", ISSUER, after)
    back = Change("issuer", "https://a", after, ISSUER)
    opposite = {Effect.LOOSENS: Effect.TIGHTENS, Effect.TIGHTENS: Effect.LOOSENS}
    assert ISSUER_KIND.effect(change, CONTEXT) is effect
    assert ISSUER_KIND.effect(back, CONTEXT) is opposite.get(effect, effect)
    # What takes away runs before everything else, what gives after it.
    (statement,) = ISSUER_KIND.statements(change, CONTEXT)
    first = Phase.UNMAP if effect is Effect.TIGHTENS else Phase.MAPPING
    assert statement.phase is first


@pytest.mark.parametrize(
    ("changes", "effect"),
    [
        ({"not_after": 1500}, Effect.TIGHTENS),
        ({"not_after": None}, Effect.LOOSENS),
        ({"not_before": 1500}, Effect.TIGHTENS),
        ({"not_before": None}, Effect.LOOSENS),
        ({"not_before": 500, "not_after": 1500}, Effect.UNKNOWN),
        ({"numbers": "other"}, Effect.UNKNOWN),
        ({"public": "01"}, Effect.UNKNOWN),
    ],
)
def test_a_key_that_changes(changes: dict[str, object], effect: Effect) -> None:
    change = Change("signing_key", 7, KEY, replace(KEY, **changes))
    assert SIGNING_KEY_KIND.effect(change, CONTEXT) is effect
    (statement,) = SIGNING_KEY_KIND.statements(change, CONTEXT)
    assert statement.phase is (Phase.UNMAP if effect is Effect.TIGHTENS else Phase.MAPPING)
    assert "retired_at" not in statement.sql, "what an operator did stays"


def test_additive_mode_keeps_no_key() -> None:
    """A key that left the document would go on opening the database."""
    for kind, item in ((SIGNING_KEY_KIND, KEY), (ISSUER_KIND, ISSUER)):
        change = Change(kind.name, kind.key(item), item, None)  # type: ignore[arg-type]
        assert kind.additive(change) is change
        assert kind.effect(change, CONTEXT) is Effect.TIGHTENS  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (KEY_PAD_KIND, KeyPad(7, "digest"), KeyPad(7, "other")),
        (CURVE_MULTIPLE_KIND, CurveMultiple(7, "digest"), CurveMultiple(7, "other")),
    ],
)
def test_who_is_let_in_by_what_stood_under_a_key_is_not_known(
    kind: Kind[Any], one: object, other: object
) -> None:
    """Somebody put it there: tokens that it verified until now are verified no longer."""
    change = Change(kind.name, 7, one, other)
    assert kind.effect(change, CONTEXT) is Effect.UNKNOWN
    assert [statement.phase for statement in kind.statements(change, CONTEXT)] == [
        Phase.UNMAP,
        Phase.MAPPING,
    ]
    for before, after in ((None, one), (one, None)):  # then the row of the key itself decides
        change = Change(kind.name, 7, before, after)
        assert kind.effect(change, CONTEXT) is Effect.NEUTRAL


def test_a_secret_is_written_nowhere() -> None:
    secret = Secret(("bytea",), (b"sesame",))
    pad = KeyPad(1, "digest", secret)
    assert secret.reveal() == ((b"sesame",),)
    assert "sesame" not in f"{secret!r} {secret} {pad!r}"
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    assert CODEC.encode(pad, KeyPad) == {"id": 1, "digest": "digest"}
    with pytest.raises(TypeError):  # a codec that does not know of it fails
        Codec().encode(pad, KeyPad)


SPEC = """\
jwtroles: 1
project: acme
database: {schemas: [app], connect_as: gate}
tokens:
  verify: database
  issuers: {https://a: {audience: [db], optional: [exp, aud]}}
"""


def remarks(current: list[SigningKey], desired: list[SigningKey]) -> list[tuple[str, str]]:
    one = Catalog.of({"signing_key": current, "issuer": [ISSUER]})
    other = Catalog.of({"signing_key": desired, "issuer": [ISSUER]})
    found = key_remarks(load_text(SPEC), one, other)
    return [(p.code.id, p.message) for p in found if p.code.id != "JR530"]


def test_what_is_said_of_keys() -> None:
    retired = replace(KEY, retired="2026-05-04 10:12:00 UTC")
    dead = ("JR529", "https://a has no live key: every token of it is refused")
    wanted = replace(KEY, source="keys.json")
    assert remarks([], [wanted]) == []
    assert remarks([KEY], [wanted]) == []
    assert remarks([KEY], []) == [dead]
    since = "is retired since 2026-05-04 10:12:00 UTC, and stands in keys.json"
    assert remarks([retired], [wanted]) == [("JR528", f"key `k` of https://a {since}"), dead]
    assert remarks([retired], [wanted, replace(KEY, id=8, kid="l")])[1:] == []
    spec = load_text(SPEC)
    bounded = load_text(SPEC.replace("optional", "max_lifetime: 15m, optional"))
    (first, _) = key_remarks(bounded, Catalog({}), Catalog({}))
    assert first.message.endswith("may lack `exp`: it then ends 900 s after its `iat`")
    lacking = [p for p in key_remarks(spec, Catalog({}), Catalog({})) if p.code.id == "JR530"]
    assert [p.message for p in lacking] == [
        "tokens of https://a may lack `exp`: it then never ends by itself",
        "tokens of https://a may lack `aud`: it may have been made for somebody else",
    ]
