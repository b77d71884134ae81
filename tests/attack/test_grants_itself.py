"""On 14 a login may give membership in itself to others, and what that is worth: nothing.

15 took a login's ADMIN OPTION on itself away (release notes, migration to version 15).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.issuer import Client, Issuer
from tests.pages import blocks

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers import Clusters

ANN, ONE = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa", "11111111-1111-1111-1111-111111111111"
LOGIN = "acme_authenticator"
GIVE = f"GRANT {LOGIN} TO stranger"


@pytest.mark.parametrize("major", [14, 15])
def test_a_login_that_grants_itself(cluster: Clusters, tmp_path: Path, major: int) -> None:
    issuer = Issuer.of("saas", tmp_path)
    with cluster(major).fresh() as sandbox:
        sandbox.load(tmp_path / "schema.sql")
        sandbox.run_sql("REVOKE CREATE ON SCHEMA public FROM PUBLIC; CREATE ROLE stranger LOGIN")
        issuer.apply(sandbox.url)
        sandbox.run_sql(
            f"INSERT INTO app.customers (tenant_id, name, email) VALUES ('{ONE}', 'Ann', 'a')"
        )
        token = issuer.token("EdDSA", sub=ANN, app_metadata={"tenant_id": ONE, "roles": ["member"]})
        given, stranger = Client(sandbox, LOGIN), Client(sandbox, "stranger")
        assert given.begin(token) == "member"
        # Not from within a role that a token gives: that one is no admin of the login.
        assert given.ask(GIVE).startswith("42501")
        given.connection.execute("ROLLBACK")
        if major > 14:
            assert given.ask(GIVE).startswith("42501")
            return
        assert stranger.ask("SET ROLE member").startswith("42501")
        given.connection.execute(GIVE.encode())
        # The stranger is now where any client with the login is: before the gate.
        stranger.connection.execute("SET ROLE member")
        assert stranger.ask("SELECT name FROM app.customers").startswith("28000")
        stranger.connection.execute("RESET ROLE")
        assert stranger.ask("SELECT name FROM app.customers").startswith("42501")
        assert stranger.begin(token) == "member"
        assert stranger.ask("SELECT name FROM app.customers") == "Ann"
        stranger.connection.execute("ROLLBACK")
        (found,) = [
            block.text
            for block in blocks("docs/trust.md", "sql")
            if "pg_auth_members" in block.text
        ]
        assert sandbox.rows(found) == [("stranger", LOGIN)]
        sandbox.run_sql(f"REVOKE {LOGIN} FROM stranger")
        assert stranger.ask("SET ROLE member").startswith("42501")
