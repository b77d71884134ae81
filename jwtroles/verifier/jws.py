"""The verifier of tokens in the database: signed texts (RFC 7515) and their claims (RFC 7519).

Everything is PL/pgSQL on core functions. What it refuses, it refuses with SQLSTATE 28000 and a
plain reason, in which nothing of the token stands. The functions are internal: nobody but the owner
may execute them, and the function that calls them sets the search path.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from jwtroles.kinds.function import Function
from jwtroles.kinds.own_table import OwnTable
from jwtroles.kinds.signing_key import RETIRED_AT
from jwtroles.names import OWN_SCHEMA, QName
from jwtroles.verifier import signature
from jwtroles.verifier.keys import HASHES
from jwtroles.verifier.render import render

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 8192
"""Octets of the longest token."""

DEPTH = 16
"""Levels below a header or a payload that nothing may stand at: parsers differ on deep ones."""

LAST_SECOND = 253402300799
"""The end of the year 9999 as a NumericDate: what comes later is no date that is meant."""


def tables(owner: str) -> tuple[OwnTable, ...]:
    """Return the tables of issuers, keys and revocations."""

    def made(name: str, key: tuple[str, ...], **columns: str) -> OwnTable:
        return OwnTable(name, tuple(columns.items()), key, owner)

    moment = "timestamp with time zone"
    return (
        made(
            "issuer",
            ("issuer",),
            issuer="text",
            audience="text[]",
            max_lifetime="integer",
            clock_skew="integer",
            optional="text[]",
        ),
        replace(
            made(
                "signing_key",
                ("id",),
                id="integer",
                issuer="text",
                kid="text",
                alg="text",
                public="bytea",
                not_before=moment,
                not_after=moment,
                retired_at=moment,
                modulus="numeric",
                exponent="bigint",
                octets="integer",
                inverse="numeric",
                places="integer",
                encoded="numeric",
                width="integer",
            ),
            keeps=("id", RETIRED_AT),
        ),
        replace(
            made("key_pad", ("id",), id="integer", inner_pad="bytea", outer_pad="bytea"),
            secret=True,
        ),
        signature.table(owner),
        replace(
            made(
                "revocation",
                ("issuer", "what"),
                issuer="text",
                what="text",
                before=moment,
                until=moment,
            ),
            whole=True,
        ),
    )


def functions(owner: str, project: str) -> tuple[Function, ...]:
    """Return the functions, each after those that it calls."""
    return (*signature.functions(owner, project), *_made(owner, project))


def _made(owner: str, project: str) -> Iterator[Function]:
    def made(
        name: str, arguments: str, returns: str, volatility: Literal["i", "v"], **values: Any
    ) -> Function:
        return Function(
            QName(OWN_SCHEMA, name),
            arguments=arguments,
            returns=returns,
            language="plpgsql",
            volatility=volatility,
            parallel="s" if volatility == "i" else "u",
            definer=False,
            settings=(),
            body=render(f"jws/{name}.sql.j2", **values),
            owner=owner,
            project=project,
        )

    hmac = "message bytea, code bytea, alg text, inner_pad bytea, outer_pad bytea"
    jws = "token text, OUT payload text, OUT key integer, OUT claims jsonb"
    jwt = "token text, OUT claims jsonb, OUT key integer, OUT expires timestamp with time zone"
    yield made("verify_hmac", hmac, "boolean", "i")
    limits = {"longest": LONGEST, "depth": DEPTH, "algorithms": tuple(HASHES)}
    yield made("verify_jws", jws, "record", "v", **limits)
    yield made("verify", jwt, "record", "v", last_second=LAST_SECOND)
