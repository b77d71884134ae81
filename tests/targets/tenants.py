"""Many databases of one server, clones of a small one, and the file that is about them."""

from __future__ import annotations

import io
import os
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from unittest import mock

import psycopg
from psycopg.conninfo import make_conninfo

from jwtroles import cli
from tests.servers import DEPLOYER

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.servers import Sandbox

SCHEMA = """
CREATE ROLE app_owner;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.notes (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, body text);
CREATE TABLE app.tags (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, name text);
"""
FILE = """\
jwtroles: 1
project: acme
database: {schemas: [app], connect_as: web}
environments:
  tenants:
    databases:
      on: ${CLUSTER_URL}
      like: tenant_*
tokens:
  verify: gateway
  claims:
    tenant_id: {type: uuid}
    roles: {type: "text[]"}
mapping:
  - {claim: roles, contains: writer, role: writer}
  - {claim: roles, contains: reader, role: reader}
tenancy: {rows: tenant_id = claims.tenant_id, tables: [app.*]}
roles:
  reader:
    tables: {app.*: {select: all}}
  writer:
    inherits: [reader]
    tables: {app.notes: {insert: all, update: [body]}}
"""


@dataclass
class Done:
    """What a command came to."""

    code: int
    out: str
    err: str


@dataclass
class Tenants:
    """Databases `tenant_00` and so on, whose template is the sandbox's database."""

    sandbox: Sandbox
    folder: Path
    applier: str = "superuser"
    names: list[str] = field(default_factory=list)

    def make(self, number: int, first: int = 0) -> Tenants:
        """Clone the small database."""
        if not self.names:
            self.sandbox.run_sql(SCHEMA)
            if self.applier != "superuser":
                self.sandbox.make_deployer()
            (self.folder / "jwtroles.yaml").write_text(FILE, encoding="utf-8")
        # It copies no more than the files, without writing them to the log page by page.
        how = "STRATEGY file_copy" if self.sandbox.major >= 15 else ""
        owner = "" if self.applier == "superuser" else f"OWNER {DEPLOYER}"
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            for index in range(first, first + number):
                name = f"tenant_{index:02}"
                text = f"CREATE DATABASE {name} TEMPLATE {self.sandbox.database} {owner} {how}"
                connection.execute(text.encode())
                self.names.append(name)
        return self

    def url(self, database: str, user: str | None = None) -> str:
        """Return the address of a database for whoever applies."""
        applier = "postgres" if self.applier == "superuser" else DEPLOYER
        return self.sandbox.url_for(user or applier, database)

    def run_sql(self, database: str, text: str) -> None:
        """Run statements as the superuser in a database."""
        with psycopg.connect(self.url(database, "postgres"), autocommit=True) as connection:
            connection.execute(text.encode())

    def file(self, text: str) -> None:
        """Replace the specification."""
        (self.folder / "jwtroles.yaml").write_text(text, encoding="utf-8")

    def addresses(self, urls: Iterable[str], text: str = FILE) -> dict[str, str]:
        """Let the environment be a list, and return the variables that hold its addresses."""
        variables = {f"DB_{number}": url for number, url in enumerate(urls)}
        listed = "".join(f"      - ${{{name}}}\n" for name in variables)
        before, _, rest = text.partition("      on: ")
        self.file(before + listed + rest[rest.index("tokens:") :])
        return variables

    def run(self, *arguments: str, **variables: str) -> Done:
        """Run a command in this process, without a terminal."""
        out, err = io.StringIO(), io.StringIO()
        cluster = make_conninfo(self.url("postgres"), application_name="fleet")
        given = {**os.environ, "CLUSTER_URL": cluster, "COLUMNS": "100", **variables}
        with (
            chdir(self.folder),
            mock.patch.dict(os.environ, given, clear=True),
            mock.patch("sys.stdin", io.StringIO()),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            code = cli.run(list(arguments))
        return Done(code, out.getvalue(), err.getvalue())
