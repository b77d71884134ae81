"""An issuer with keys of its own, for an example whose developers have thrown theirs away."""

from __future__ import annotations

import json
import shutil
import time
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from joserfc import jwt
from joserfc.jwk import JWKRegistry

from jwtroles.applier import apply
from jwtroles.reader.connection import connect
from jwtroles.verifier.key_pairs import make_pair
from jwtroles.workflow import make_plan
from tests.workbench import EVERYTHING, loaded_from

if TYPE_CHECKING:
    from jwtroles.planner.model import Plan
    from jwtroles.spec.model import Environment, Spec
    from tests.servers import Sandbox

EXAMPLES = Path(__file__).parents[1] / "examples"

_kept_pair = cache(make_pair)


@dataclass
class Issuer:
    """A copy of an example whose `keys/dev.jwks.json` has keys that sign here.

    Attributes:
        folder: the copy.
        private: algorithm → private JWK.
    """

    folder: Path
    private: dict[str, Any]

    @classmethod
    def of(cls, example: str, folder: Path, *, stranger: bool = False) -> Issuer:
        """Copy an example, with a key for each algorithm of its first issuer.

        All but strangers share the keys of this process: databases keep multiples of them.
        """
        shutil.copytree(EXAMPLES / example, folder, dirs_exist_ok=True)
        made = cls(folder, {})
        make = make_pair if stranger else _kept_pair
        pairs = {alg: make(alg, None) for alg in map(str, made.first.algorithms)}
        made.private = {alg: private for alg, (_, private) in pairs.items()}
        document = {"keys": [public for public, _ in pairs.values()]}
        (folder / "keys" / "dev.jwks.json").write_text(json.dumps(document), encoding="utf-8")
        return made

    @property
    def spec(self) -> Spec:
        return loaded_from(self.folder / "jwtroles.yaml")

    @property
    def dev(self) -> Environment:
        return next(one for name, one in self.spec.environments.items() if name == "dev")

    @property
    def first(self) -> Any:
        return next(iter(self.spec.tokens.issuers.values()))

    def apply(self, url: str) -> Plan:
        """Apply the copy; return what there is to do afterwards."""
        with connect(url) as connection:
            planned = make_plan(connection, self.spec, self.dev)
            apply(connection, planned.plan, planned.scope, allow=EVERYTHING)
            return make_plan(connection, self.spec, self.dev).plan

    def token(self, alg: str | None = None, **claims: Any) -> str:
        """Sign a token of now that is good for a minute, unless the claims say otherwise."""
        now = int(time.time())
        ours = {"iss": str(self.first.name), "aud": str(self.first.audience[0])}
        key = self.private[alg or next(iter(self.private))]
        head = {"alg": key["alg"], "kid": key["kid"], "typ": "JWT"}
        payload = {**ours, "iat": now, "exp": now + 60, **claims}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it would rather have Ed25519 than EdDSA (RFC 9864)
            return jwt.encode(head, payload, JWKRegistry.import_key(key), algorithms=[key["alg"]])


@dataclass
class Client:
    """A login with any SQL that it likes."""

    sandbox: Sandbox
    login: str

    def __post_init__(self) -> None:
        self.connection = self.sandbox.connect(self.login)

    def begin(self, token: str, role: str | None = None) -> str:
        """Open a transaction and log in; return the role, or the code and the reason."""
        self.connection.execute("ROLLBACK")
        self.connection.execute("BEGIN")
        return self.ask("SELECT jwtroles.login(%s, %s)", token, role)

    def ask(self, sql: str, *values: Any) -> Any:
        """Return the rows, or the one value, or the code and the reason of a refusal."""
        try:
            with self.connection.transaction():
                cursor = self.connection.execute(sql.encode(), values)
                rows = cursor.fetchall() if cursor.description else [(cursor.rowcount,)]
        except psycopg.Error as error:
            return f"{error.sqlstate} {error.diag.message_primary}"
        return rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else rows
