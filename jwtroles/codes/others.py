"""Others who are affected, and what is worth a look (JR5xx)."""

from __future__ import annotations

from jwtroles.codes.code import Code

ROWS_VANISH = Code(
    "JR507",
    "another role will see no row",
    "Row security comes on for a table that a role outside the file can read or change today.",
)
PUBLIC_LOSES = Code(
    "JR508",
    "another role loses what it had through PUBLIC",
    "A right of PUBLIC goes, and a role outside the file has it in no other way.",
)
PASSED_ON_LOSES = Code(
    "JR509",
    "another role loses what a role of the file passed on to it",
    "A role of the file granted a right of its own to a role outside the file. The right goes, "
    "or its GRANT OPTION does, and PostgreSQL takes with it what was granted by it.",
)
EXEMPT_LOSES = Code(
    "JR526",
    "an exempt role will see no row",
    "`uninstall` drops the policy that lets a role of `database.exempt` through. Row security "
    "stays on, and no other policy gives that role rows.",
)
STAYS_SECURED = Code(
    "JR527",
    "row security stays on, without a policy",
    "Turned off, it would open the table to every grant that is left. Without a policy nobody "
    "sees a row but the table's owner and roles with BYPASSRLS.",
)
NO_GATE = Code(
    "JR534",
    "what a login may use without a token",
    "With `verify: database` every row asks for a token. Row security covers tables alone: with a "
    "right on a function or a sequence, whoever may become the role may use it before any token "
    "was shown. A trigger that is FOR EACH STATEMENT or BEFORE INSERT, or on a view INSTEAD OF "
    "INSERT, runs before any row is judged: with SECURITY DEFINER it reads and writes what its "
    "owner may, as a rule DO INSTEAD does for the owner of the table.",
)
SHOWS_AS_OWNER = Code(
    "JR510",
    "a view that shows what its owner sees",
    "Row security of the tables below a view binds its owner, not its reader, unless the view "
    "is security_invoker; materialized views and foreign tables have no row security at all.",
)
OUTSIDE_MEMBER = Code(
    "JR511",
    "a role outside the file is a member of a role of the file",
    "It has that role's rights, or may take them, without any token. jwtroles leaves "
    "memberships of other roles alone.",
)
FLOOR_LIFTED = Code(
    "JR516",
    "a floor that is lifted for a role",
    "`lifted_for` takes roles out of a floor: there, their own rows and the other floors decide.",
)
FLOOR_BY_COLUMN = Code(
    "JR517",
    "a floor that stands where a column is",
    "`where_column` leaves out the tables without the column, also those that a migration made "
    "without it by mistake.",
)
KEPT = Code(
    "JR521",
    "kept as it is",
    "The file does not say it, and an entry of `keep` leaves it as it is.",
)
KEEPS_NOTHING = Code(
    "JR522",
    "an entry of `keep` that finds nothing",
    "What it was written for is gone, or is now as the file says, or was never called that. It "
    "would keep something of that name that is made later.",
)
STRAY_PARTITION = Code(
    "JR523",
    "a partition outside the managed schemas",
    "Policies of a table do not hold for whoever names its partition. In a managed schema each "
    "partition has the floor itself; elsewhere nothing of it is looked at.",
)
PLATFORM_HOLDS = Code(
    "JR519",
    "a platform's role has rights that the file does not look at",
    "Of a role in database.platform, the file decides the rights on the tables that it names for "
    "that role. On the others the platform's own grants hold.",
)
PLATFORM_WILL_HOLD = Code(
    "JR520",
    "a platform's role gets rights on what is made later",
    "Default privileges give a role of database.platform rights on new objects. A new table has "
    "no row security until the next apply.",
)
UNDER_NO_FLOOR = Code(
    "JR512",
    "a role under no floor",
    "A role with `token: false` has no claims that a floor could compare with. It reaches the rows "
    "of every tenant that its own conditions let through.",
)
UNSAFE_RIGHT = Code(
    "JR513",
    "a token may do what no policy limits",
    "TRUNCATE, REFERENCES, TRIGGER and MAINTAIN ignore row security. The file says `unsafe: true`, "
    "so a token of one tenant reaches the rows of all in this way.",
)
NO_WAY = Code(
    "JR515",
    "a login and a mapping that never meet",
    "A login becomes the roles of its own list, and a token the role of the first rule that holds. "
    "Where the two have nothing in common, every request is refused.",
)
KEY_RETIRED = Code(
    "JR528",
    "a retired key that still stands among the keys",
    "`jwtroles keys retire` ended it in the database, where it stays retired. The file still names "
    "it, and another database would accept what it signs.",
)
NO_LIVE_KEY = Code(
    "JR529",
    "an issuer without a live key",
    "Every token of it is refused.",
)
MAY_LACK = Code(
    "JR530",
    "tokens that may lack `exp` or `aud`",
    "A token without `exp` is good for `max_lifetime`, or until its key is retired or it is "
    "revoked. One without `aud` may have been made for somebody else.",
)
KEYS_UNREAD = Code(
    "JR531",
    "keys that a plan without a database cannot compare",
    "They are secrets in variables of the process environment, which a pull request from a "
    "stranger does not get.",
)
SECRET_OF_ANOTHER = Code(
    "JR532",
    "the secret of tickets was made for another database",
    "The database was restored or cloned. With the same secret it would accept the tickets of the "
    "other one, so the secret is made anew. Whoever is logged in logs in again.",
)
WAS_IN_VAIN = Code(
    "JR514",
    "an old name that has been left behind",
    "What `was` names does not exist any more, and the new name does: it has been renamed.",
)
MOVES_ROWS = Code(
    "JR535",
    "a right by which two tokens move a row",
    "PostgreSQL judges the row before an UPDATE and the row after it apart. Where the role may "
    "write a column that a floor compares, whoever holds two tokens for it can have the one judge "
    "what a row was, and the other what it becomes.",
)
PAST_A_PARENT = Code(
    "JR536",
    "a floor that a parent table lacks",
    "A query of a table shows the rows of the tables that inherit from it too, under the policies "
    "of the table that it names alone (manual, CREATE POLICY). Whoever may read the parent sees "
    "the children's rows past their floor.",
)
