"""Databases that jwtroles does not mark, and what `import` makes of them (JR8xx)."""

from __future__ import annotations

from jwtroles.codes.code import Code

ONLY_UNMARKED = Code(
    "JR800",
    "a key for files with `unmarked: true`",
    "`policies`, `row_security` and `force_row_security`, `policy` of a floor, `member_of` of a "
    "role of tokens, a claim's `read` and tables of PUBLIC state what somebody made by hand. In a "
    "file that jwtroles manages, policies follow from roles, tables and rows, and claims are read "
    "by jwtroles' own functions.",
)
NEEDS_A_MARK = Code(
    "JR801",
    "what needs something of jwtroles' own in the database",
    "With `unmarked: true` there is no schema `jwtroles`, no role of its own and no mark: so there "
    "is no mapping, view, query or lookup, nothing to adopt, and no verification of tokens. Rows "
    "are decided under `policies`, and by floors that name the `policy` that they are.",
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
NO_FLOOR = Code(
    "JR815",
    "a floor that other policies reach past",
    "Permissive policies of a table add up (manual, CREATE POLICY): what one of them gives, no "
    "other takes away. A permissive policy is a floor only where it is the only one, or where "
    "the others give nothing but rows of its own.",
)
NOT_UNDER = Code(
    "JR816",
    "where the floor of an imported file does not hold",
    "`import` found a policy on most tables and not on this one that has the floor's columns, and "
    "somebody has rights on it. It may be meant so; most often a migration has forgotten it. In a "
    "database that jwtroles manages, the file may have excepted it, or somebody has dropped the "
    "policy: the imported file excepts it. Or a role of the file has the rights of the tables' "
    "owner, whom row security does not bind without FORCE.",
)
REACHED_PAST = Code(
    "JR817",
    "somebody gets past a floor",
    "The floor is a permissive policy, and those of a table add up (manual, CREATE POLICY): "
    "another one stays there that the file does not decide. Or a role of the file has the rights "
    "of the tables' owner, whom row security does not bind without FORCE.",
)
NAMED_NOWHERE = Code(
    "JR818",
    "a policy is named on a table that the floor does not stand on",
    "`names` says how a floor's policy is called where it is called otherwise. On this table the "
    "floor has none.",
)
LEFT_TO_OTHERS = Code(
    "JR810",
    "a role that the imported file leaves to others",
    "Row security does not bind the owner of a table, a superuser or a role with BYPASSRLS; a "
    "role with CREATEROLE or REPLICATION reaches around it. No file can say what such a role may "
    "do, so it is not in it: its rights are neither compared nor changed.",
)
LEFT_TO_SERVICE = Code(
    "JR819",
    "what the imported file leaves to the managed service",
    "With `hosted_by` the service's schemas are not managed, and its roles stay what they are: of "
    "those that tokens become the file says rights, and a plan compares these on the objects that "
    "it names.",
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
    "The file that `import` made was loaded and planned, and the plan is not empty. Nothing was "
    "written: each line names what would have changed. In a database that jwtroles manages, "
    "somebody has changed by hand what no file says, and the remedy is what would set it right. In "
    "any other one, please report it.",
)
RESTORED = Code(
    "JR820",
    "what the plan of the imported file puts back",
    "It is what jwtroles makes by itself, so that the rest of the file holds: gates, floors, row "
    "security, the schema `jwtroles`. Somebody has taken it away or changed it. A file without it "
    "would bless the hole, so its plan is not empty: it closes what is listed, and does nothing "
    "else. `import` ends with exit code 2.",
)
FLOORS_GUESSED = Code(
    "JR821",
    "a table whose floors are guessed",
    "It has lost all of its gates, and with them what told which floors stood on it. The imported "
    "file puts it under each floor whose columns it has, so that its plan gives nobody too much.",
)
NOTHING_TO_IMPORT = Code(
    "JR814",
    "nothing to import",
    "No schema of the database is one that a file could be about.",
)
