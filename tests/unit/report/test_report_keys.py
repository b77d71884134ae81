"""The list of keys: what each one is, in the file and in the database, and no secret."""

from __future__ import annotations

import json

from jsonschema import Draft202012Validator

from jwtroles.catalog import Catalog
from jwtroles.keyring import states_of
from jwtroles.kinds.signing_key import SigningKey
from jwtroles.report.contract import keys as contract
from jwtroles.report.keys import render_keys
from jwtroles.verifier.key_sources import NO_KEYS, Keys
from jwtroles.verifier.keys import Key

A, B = "https://a", "https://b\x1b[2J"
NOW = 1_777_889_520


def stored(key: Key, retired: str = "") -> SigningKey:
    return SigningKey(
        key.id, key.issuer, key.kid, key.alg, key.public.hex(), key.not_before, key.not_after, "",
        size=key.size, retired=retired,
    )  # fmt: skip


def key(kid: str, issuer: str = A, **more: int) -> Key:
    return Key(issuer, kid, "RS256", kid.encode(), **more, source="keys.json")


LIVE = key("live", size=2048)
ENDING = key("ending", not_after=NOW + 60)
OVER = key("over", not_after=NOW)
COMING = key("coming", not_before=NOW + 60)
RETIRED = key("retired")
NEW = key("new", B)
LEFT = key("left", B)


def test_what_each_key_is() -> None:
    wanted = Keys((LIVE, ENDING, OVER, COMING, RETIRED, NEW))
    there = [stored(one) for one in (LIVE, ENDING, OVER, COMING, LEFT)]
    there.append(stored(RETIRED, "2026-05-04 10:12:00 UTC"))
    states = states_of(wanted, Catalog.of({"signing_key": there}), NOW)
    assert {one.kid: one.status for one in states} == {
        "live": "live",
        "ending": "live",
        "over": "over",
        "coming": "not yet",
        "retired": "retired",
        "new": "not applied",
        "left": "not in the file",
    }
    assert render_keys(states, 100) == (
        "https://a\n"
        "  coming   RS256             keys.json        live from 2026-05-04 10:13 UTC\n"
        "  ending   RS256             keys.json        live until 2026-05-04 10:13 UTC\n"
        "  live     RS256, 2048 bits  keys.json        live\n"
        "  over     RS256             keys.json        over since 2026-05-04 10:12 UTC\n"
        "  retired  RS256             keys.json        retired since 2026-05-04 10:12:00 UTC\n"
        "https://b\\x1b[2J\n"
        "  left     RS256             not in the file  live in the database: apply removes it\n"
        "  new      RS256             keys.json        not in the database: apply adds it"
    )
    found = json.loads(contract.render_keys(states))
    Draft202012Validator(contract.schema()).validate(found)
    assert found["format"] == 1
    assert [one["kid"] for one in found["keys"]] == [one.kid for one in states]
    assert set(found["keys"][0]) == {
        "issuer", "kid", "alg", "size", "source", "applied", "status", "not_before", "not_after",
        "retired",
    }  # fmt: skip


def test_a_list_holds_in_80_columns() -> None:
    """The thumbprint of a key, which is its id where none is given, has 43 characters."""
    thumbprint = key("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", size=2048)
    wanted = Keys((thumbprint, key("next", size=4096)))
    states = states_of(wanted, Catalog.of({"signing_key": [stored(thumbprint)]}), NOW)
    assert render_keys(states, 80) == (
        "https://a\n"
        "  NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs\n"
        "      RS256, 2048 bits  keys.json  live\n"
        "  next\n"
        "      RS256, 4096 bits  keys.json  not in the database: apply adds it"
    )


def test_a_retired_key_that_left_the_file_is_retired() -> None:
    (state,) = states_of(NO_KEYS, Catalog.of({"signing_key": [stored(LIVE, "then")]}), NOW)
    assert (state.status, state.source, state.applied) == ("retired", "", True)


def test_no_keys() -> None:
    assert render_keys((), 80) == "No keys, in the file or in the database."
