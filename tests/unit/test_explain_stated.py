"""`jwtroles explain` in a file with `unmarked: true`: what policies of others leave of a right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jwtroles.cli import run

if TYPE_CHECKING:
    from pathlib import Path

FILE = """\
jwtroles: 1
project: acme
database: {schemas: [shop], unmarked: true}
tokens:
  verify: gateway
  claims: {tenant: {type: int, read: "current_setting('app.tenant')::int"}}
tenancy:
  rows: tenant_id = claims.tenant
  tables: [shop.*]
  except: [shop.audit, shop.coupons, shop.shops]
  policy: POLICY
policies:
  - {name: everything, tables: [shop.audit], for: select, to: [auditor], using: "true"}
  - {name: own, tables: [shop.shops], for: select, to: [PUBLIC], using: id = claims.tenant}
roles:
  auditor: {token: false, tables: {shop.audit: {select: all}, shop.orders: {select: all}}}
  clerk:
    token: false
    tables:
      shop.audit: {select: all}
      shop.coupons: {select: all}
      shop.orders: {select: all}
      shop.shops: {select: all, update: all}
  manager: {token: false, member_of: {clerk: [inherit, set]}, tables: {shop.coupons: {delete: all}}}
"""
FLOOR = "   floor   tenant_id = claims.tenant  :8"
NONE = "   floor   none, the table is under `except`: tenant_id = claims.tenant  :8"
AUDITOR = [
    " shop.audit",
    NONE,
    "   policy  everything gives select  :13",
    "           rows  TRUE",
    "   select  all columns; the rows that policies give  :16",
    " shop.orders",
]
CLERK = [
    " shop.audit",
    NONE,
    "   select  all columns; no row, since no policy gives any  :20",
    " shop.coupons",
    NONE,
    "   select  all columns; every row  :21",
    " shop.orders",
    FLOOR,
    "   select  all columns; the rows that policies give  :22",
    " shop.shops",
    NONE,
    "   policy  own gives select  :14",
    "           rows  id = claims.tenant",
    "   select  all columns; the rows that policies give  :23",
    "   update  all columns; no row, since no policy gives any  :23",
]
MANAGER = ["   select  all columns; every row  :21  from clerk", "   delete  every row  :24"]
RIGHT = "   select  all columns; "
PERMISSIVE = "{name: p, permissive: true}"


@pytest.mark.parametrize(
    ("policy", "role", "lines"),
    [
        (PERMISSIVE, "auditor", [*AUDITOR, FLOOR, f"{RIGHT}the rows that policies give  :16"]),
        (PERMISSIVE, "clerk", CLERK),
        (PERMISSIVE, "manager", MANAGER),
        ("p", "clerk", [FLOOR, f"{RIGHT}no row, since no policy gives any  :22"]),
        (
            "{name: p, to: [clerk]}",
            "auditor",
            [
                " shop.orders",
                "   floor   lifted for this role: tenant_id = claims.tenant  :8",
                f"{RIGHT}no row, since no policy gives any  :16",
            ],
        ),
        (
            "{name: p, permissive: true, to: [clerk]}",
            "auditor",
            [" shop.orders", FLOOR, f"{RIGHT}no row, since no policy gives any  :16"],
        ),
        ("{name: p, permissive: true, to: [clerk]}", "manager", [FLOOR]),
    ],
)
def test_what_policies_of_others_leave_of_a_right(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], policy: str, role: str, lines: list[str]
) -> None:
    """A permissive floor gives rows, a restrictive one none; a policy is for whom it names."""
    file = tmp_path / "jwtroles.yaml"
    file.write_text(FILE.replace("POLICY", policy), encoding="utf-8")
    assert run(["explain", role, "--spec", str(file)]) == 0
    out = capsys.readouterr().out
    assert "\n".join(["", *lines, ""]) in out


def test_a_table_that_is_taken_out_of_a_glob(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Without a database the glob is told, and so is the table that it does not mean."""
    file = tmp_path / "jwtroles.yaml"
    file.write_text(TAKEN_OUT)
    assert run(["explain", "clerk", "--spec", str(file)]) == 0
    lines = capsys.readouterr().out.splitlines()
    start = lines.index("What clerk may do") + 1
    assert [line for line in lines[start:] if line] == [
        " shop.keys",
        "   no right",
        " shop.notes",
        "   select  all columns; every row  :8  by shop.*",
        " shop.*",
        "   select  all columns; every row  :8",
        "   delete  every row  :8",
    ]


TAKEN_OUT = """\
jwtroles: 1
project: acme
database: {schemas: [shop], unmarked: true}
roles:
  clerk:
    token: false
    tables:
      shop.*: {select: all, delete: all}
      shop.keys: {select: none, delete: none}
      shop.notes: {delete: none}
"""
