"""The lines of the manual's page on OAuth, as PostgreSQL 18 reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg

from jwtroles.embedded import EmbeddedServer
from tests.install_servers import FOLDER, bin_dir
from tests.pages import blocks

if TYPE_CHECKING:
    from pathlib import Path

PAGE = "docs/oauth.md"
RULE = "SELECT auth_method, database, user_name, options, error FROM pg_hba_file_rules"
MAPPINGS = "SELECT map_name, sys_name, pg_username, error FROM pg_ident_file_mappings"


def append(file: Path, text: str) -> None:
    with file.open("a", encoding="utf-8") as lines:
        lines.write(f"\n{text}\n")


def test_the_lines_of_the_page_are_understood() -> None:
    """On a server without SSL `hostssl` has a remark of its own, so the test says `host`."""
    (settings,) = blocks(PAGE, "ini")
    hba, *ident = blocks(PAGE, "hba")
    with EmbeddedServer.private(bin_dir(18), FOLDER.parent / "templates") as server:
        append(server.data / "postgresql.conf", settings.text)
        append(server.data / "pg_hba.conf", hba.text.replace("hostssl", "host"))
        for block in ident:
            append(server.data / "pg_ident.conf", block.text)
        server.stop()
        server.start()  # it does not with a line that it cannot read
        with psycopg.connect(server.url(), autocommit=True) as connection:
            rules = connection.execute(RULE.encode()).fetchall()
            mappings = connection.execute(MAPPINGS.encode()).fetchall()
            logins = {row[2] for row in mappings}
    (found,) = (row for row in rules if row[0] == "oauth")
    issuer, scope = "issuer=https://auth.acme.example/", "scope=openid acme-db"
    assert found[1:3] == (["acme"], ["acme_authenticator"])
    assert set(found[3]) == {issuer, scope, "validator=my_validator", "map=acme"}
    assert [row[-1] for row in (*rules, *mappings) if row[-1] is not None] == []
    assert logins == {"acme_authenticator", "reports", "web"}
