"""Databases that jwtroles does not mark, and what `import` makes of them (JR8xx)."""

from __future__ import annotations

from jwtroles.codes.code import Code

ONLY_UNMARKED = Code(
    "JR800",
    "a key for files with `unmarked: true`",
    "`policies`, `row_security`, `member_of` of a role of tokens, a claim's `read` and tables of "
    "PUBLIC state what somebody made by hand. In a file that jwtroles manages, policies follow "
    "from roles, tables and rows, and claims are read by jwtroles' own functions.",
)
NEEDS_A_MARK = Code(
    "JR801",
    "what needs something of jwtroles' own in the database",
    "With `unmarked: true` there is no schema `jwtroles`, no role of its own and no mark: so there "
    "is no mapping, view, query, lookup or floor, nothing to adopt, and no verification of "
    "tokens. Rows are decided under `policies`.",
)
MARKED_ALREADY = Code(
    "JR802",
    "the database is managed already",
    "`unmarked: true` is for a database in which jwtroles has nothing of its own. Where it has, "
    "the plan would remove it.",
)
POLICY_TWICE = Code(
    "JR803",
    "two policies of one name on one table",
    "PostgreSQL tells the policies of a table apart by their names.",
)
POLICY_CONDITION = Code(
    "JR804",
    "a condition that the policy's command does not have",
    "A policy for INSERT has `check` alone, one for SELECT or DELETE `using` alone (manual, "
    "CREATE POLICY).",
)
LEFT_TO_OTHERS = Code(
    "JR810",
    "a role that the imported file leaves to others",
    "Row security does not bind the owner of a table, a superuser or a role with BYPASSRLS; a "
    "role with CREATEROLE or REPLICATION reaches around it. No file can say what such a role may "
    "do, so it is not in it: its rights are neither compared nor changed.",
)
NOT_SAID = Code(
    "JR811",
    "what the language cannot say",
    "It stands under `keep`, so that a plan shows it and leaves it as it is. It is not made where "
    "the file is applied to another database.",
)
NOT_COMPARED = Code(
    "JR812",
    "what no plan looks at",
    "It is there, the file cannot say it, and a plan does not compare it. Another database to "
    "which the file is applied is different there.",
)
NOT_PROVED = Code(
    "JR813",
    "the imported file would change the database",
    "The file that `import` wrote was loaded and planned, and the plan is not empty. Nothing was "
    "written. Please report it: each line names what would have changed.",
)
NOTHING_TO_IMPORT = Code(
    "JR814",
    "nothing to import",
    "No schema of the database is one that a file could be about.",
)
