"""Applying a plan (JR6xx)."""

from __future__ import annotations

from jwtroles.codes.code import Code

CANNOT_APPLY = Code(
    "JR605",
    "the applying role lacks rights",
    "A statement of the plan needs a right that the connected role does not have. It was "
    "checked before the first statement.",
)
NO_ROOM = Code(
    "JR606",
    "the server's lock table has no room for the plan",
    "Each table that a transaction changes takes a slot of a table that all sessions share. A "
    "plan is split into transactions that fit; what must stay together does not.",
)
ROLE_IN_USE = Code(
    "JR608",
    "a role that would be dropped has something",
    "PostgreSQL drops a role only when nothing depends on it: objects that it owns, and rights on "
    "what all databases share. jwtroles takes none of these away. A role that another database "
    "uses stays (JR673).",
)
NOT_INSTALLED = Code(
    "JR609",
    "the database is not this project's",
    "The schema `jwtroles` carries the mark of another project.",
)
NOT_ITS_OWNER = Code(
    "JR607",
    "the schema jwtroles belongs to another role",
    "`release` and `uninstall` work as the role that `apply` gave the schema to. Somebody gave it "
    "to another one, renamed that role or dropped it, or a dump was restored without it. An "
    "`apply` sets this right.",
)
STALE = Code(
    "JR611",
    "the database has changed since the plan was made",
    "A plan is bound to the catalog that it was made from.",
)
NO_PLAN = Code(
    "JR610",
    "not a saved plan",
    "`apply` and `show` read what `plan --out` wrote, whole and in the form that it has.",
)
OTHER_DATABASE = Code(
    "JR612",
    "a plan for another database",
    "A plan is bound to the cluster, the database and the major version that it was made for, and "
    "to an environment. What is right in one of them may let anybody in elsewhere.",
)
ALTERED_PLAN = Code(
    "JR613",
    "a plan that was changed after it was made",
    "The file of a plan has a checksum, and has to come to the changes that it says. No statement "
    "is read from it: those are made again from the specification in it and the database.",
)
OTHER_VERSION = Code(
    "JR614",
    "a plan of another version of jwtroles",
    "Another version may come to other statements from the same specification, and nobody has "
    "reviewed those.",
)
OTHER_FILE = Code(
    "JR650",
    "a plan of another specification",
    "With `--spec`, a saved plan is applied only where it was made from that very specification "
    "and its JWKS files.",
)
OTHER_KEY = Code(
    "JR651",
    "another key than the plan was made with",
    "A plan holds no secret. `apply` takes it from the variable that the specification names, and "
    "knows by the fingerprint, which is in the plan, whether it is the same.",
)
LOCKED = Code(
    "JR615",
    "a table could not be locked in time",
    "Another session holds a lock on the table; waiting longer would block everybody behind us.",
)
BUSY = Code(
    "JR616",
    "somebody else is applying",
    "Another apply of the same project holds the advisory lock of this database.",
)
CONNECTION_LOST = Code(
    "JR617",
    "the connection was lost while applying",
    "The server rolls back what has not been committed when a connection ends. Only while "
    "COMMIT itself is on its way is the outcome unknown to the client; the next plan tells.",
)
STATEMENT_FAILED = Code(
    "JR618",
    "the server refused a statement",
    "A statement of the plan failed; the transaction was rolled back.",
)
PROOF_FAILED = Code(
    "JR620",
    "the database did not become what the plan says",
    "After the statements the catalog was read again inside the transaction and was not what "
    "the plan says, so everything was rolled back.",
)
NO_SUCH_KEY = Code(
    "JR630",
    "no such key in the database",
    "A key is retired where it verifies, by its id. What is not there verifies nothing.",
)
WHICH_ISSUER = Code(
    "JR631",
    "which issuer?",
    "Key ids, token ids and subjects are an issuer's own: two issuers may have the same.",
)
VERIFIES_NOTHING = Code(
    "JR632",
    "a database that verifies no tokens",
    "Keys, revocations and the secret of tickets are there with `verify: database`, once the file "
    "is applied.",
)
OPERATION_REFUSED = Code(
    "JR633",
    "the server refused",
    "Keys and revocations belong to the role that owns the schema `jwtroles`. Whoever applies may "
    "act as it.",
)
NO_KEYS_FILE = Code(
    "JR634",
    "keys that are in no file",
    "`keys add` and `keys import` write the JWKS document that `keys` names. What a variable holds "
    "is changed where the variable is set.",
)
KEY_THERE = Code(
    "JR635",
    "another key of the same id",
    "Tokens name their key by its id. Whoever replaced a key in place would refuse all tokens that "
    "are out, and a reviewer would not see that it is another one.",
)
NO_DEVELOPMENT_KEY = Code(
    "JR636",
    "a development key that is not made",
    "Whoever holds its private half can sign tokens of any role. It is written to a new file of "
    "its own, and never for an environment that asks before each apply.",
)
NO_INSTANT = Code(
    "JR637",
    "not an instant",
    "Tokens are revoked by when they were issued, and secrets made anew by when they were made, "
    "whatever time zone this machine is in.",
)
TOKEN_ARGUMENT = Code(
    "JR640",
    "a token on the command line",
    "Arguments are seen by every user of a machine and kept in the history of shells, and whoever "
    "has a token is whom it names.",
)
NO_TOKEN = Code(
    "JR641",
    "not a token",
    "A token is three parts of base64url with dots between them (RFC 7515 section 7.1), each in "
    "its one form, with JSON objects as its first two.",
)
TOKEN_KEY = Code(
    "JR642",
    "a key that signs nothing here",
    "A token is worth something where its key verifies. The private half has to belong to a key "
    "that the environment's JWKS document has.",
)
TOKEN_CLAIMS = Code(
    "JR643",
    "claims that do not make a token of this file",
    "The database refuses a token without the claims that the file requires, or with values that "
    "are not of their types. So none is made.",
)
TOKEN_ENVIRONMENT = Code(
    "JR644",
    "a token for an environment that asks first",
    "`confirm: true` marks environments that matter. Their tokens come from their issuer, never "
    "from a key in a developer's file.",
)
NOT_ALLOWED = Code(
    "JR622",
    "an effect that the environment does not allow",
    "The environment lists the effects that apply accepts without a word; this plan has others.",
)
NO_YES = Code(
    "JR624",
    "nobody said yes",
    "apply asks before it changes anything, and there is no terminal to ask on.",
)
STANDBY = Code(
    "JR670",
    "a database on a standby",
    "A standby replays what its primary does, roles and policies too. Nothing can be changed "
    "there, nor compared: that takes temporary tables.",
)
SAME_DATABASE = Code(
    "JR671",
    "one database twice",
    "Two targets lead to the same database of the same server.",
)
USED_ELSEWHERE = Code(
    "JR673",
    "a role that goes, and another database uses",
    "Roles belong to a cluster, and PostgreSQL drops one only when nothing in any of its databases "
    "depends on it. Here it loses all that it has. The last database drops it. Where a single "
    "database is released, it keeps its mark for the others.",
)
NOT_SHOWN = Code(
    "JR672",
    "a plan that holds more than was shown",
    "Each database is planned again right before it is applied. What was not in the plan that was "
    "shown is not done, and nothing is in a database that is another one by then.",
)
NOT_THERE = Code(
    "JR660",
    "access to something that the target has not",
    "Access mirrors what there is: tables, columns, functions and the roles of others come with "
    "migrations and administrators. A sync that left it out would not mirror the source, so "
    "nothing is done until it is there.",
)
LEFT_THERE = Code(
    "JR661",
    "access to something that the source has not",
    "What one of two databases has alone cannot differ in access. It stays as it is, and is named.",
)
NEVER_MIRRORED = Code(
    "JR662",
    "something that is never mirrored",
    "Attributes that reach beyond a database (SUPERUSER, BYPASSRLS and the like), membership in a "
    "role that has them or owns tables, settings that say who somebody is, and views and queries "
    "of another owner, which have his rights, may be there by hand. Whoever wants "
    "them in another database gives them there by hand.",
)
NOTHING_TO_MIRROR = Code(
    "JR663",
    "a source without anything of the project",
    "A database to which the file was never applied has no access to mirror. Its mirror would take "
    "all access away.",
)
KEYS_FIRST = Code(
    "JR664",
    "tables of keys that differ",
    "The tables that hold keys, secrets and revocations are made and changed with the file, which "
    "brings what is in them. A mirror has none of it.",
)
NO_OPTIONS = Code(
    "JR665",
    "a membership that an older server cannot have",
    "INHERIT and SET of a membership came with PostgreSQL 16. Before, a member inherits if its "
    "role does, and may always become the other role, which would be wider.",
)
ISSUER_APART = Code(
    "JR666",
    "an issuer that one of two databases accepts",
    "Which issuers there are goes with their keys, and keys are never mirrored. Of an issuer that "
    "both accept, the rules are compared.",
)
UNPRINTABLE_THERE = Code(
    "JR667",
    "an expression of the source that the target refuses",
    "A policy, view or query of the source uses something that the target has not, such as a "
    "function, a type, an extension or a column.",
)
NO_DATABASE = Code(
    "JR668",
    "not a database",
    "Only a database can be changed; a file or a snapshot is read. Two of them are compared by the "
    "tables of a database or a snapshot.",
)
NEEDS_FILE = Code(
    "JR652",
    "a sync without a file",
    "Two databases can be compared by their marks alone. To change one of them takes the file: it "
    "says what the target keeps, what belongs to a platform, how roles are called there and which "
    "effects the environment accepts.",
)
NOTHING_SAYS_WHAT = Code(
    "JR653",
    "nothing says what is compared",
    "Without a file a database says itself what of it counts: by the marks of jwtroles. One that "
    "jwtroles does not manage has none, so the schemas have to be named.",
)
WITHOUT_FILE = Code(
    "JR654",
    "what is compared without a file",
    "The schemas and the roles that were compared, for whoever reads the differences to judge.",
)
DECLARED_APART = Code(
    "JR655",
    "declared to differ",
    "What `only` limits to one of two environments is there to differ. It is no difference, and no "
    "sync takes it along or away. `plan` compares each environment with the file.",
)
ONLY_UNKNOWN = Code(
    "JR656",
    "what `only` limits cannot be told apart",
    "`only` speaks of environments. Of a database that is named by its address nobody knows which "
    "of them it is, so what is limited to one of two looks like any other difference: `diff` shows "
    "it, and a sync that would copy it is refused.",
)
NOT_TO_RETIRE = Code(
    "JR674",
    "a role that is not retired",
    "`retire` drops roles that carry the project's mark and have left the file. It never touches a "
    "role of PostgreSQL, of a platform, of somebody else, or one that reaches around row security.",
)
OWNS = Code(
    "JR675",
    "a role that owns something",
    "What a role owns would be destroyed with it, or has to be given to somebody who is named.",
)
SESSIONS_STAY = Code(
    "JR676",
    "sessions that do not end",
    "A role that is retired may have no session: it would go on with what it has open.",
)
RETIRE_REFUSED = Code(
    "JR677",
    "the server refused a step of retiring a role",
    "Each step is a transaction of its own. Those before it stay, and the next run goes on.",
)
KEY_TO_COME = Code(
    "JR678",
    "a key that the file has, and the database does not",
    "A key is retired where it verifies: a mark on its row. Where the row is not there yet, the "
    "next apply would add the key, live.",
)
PLANS_APART = Code(
    "JR679",
    "saved plans that do not belong together",
    "A folder of plans is what one `plan --out` wrote for an environment: one specification, and "
    "one plan for each database. Plans of another run beside them would be applied as well, though "
    "nobody reviewed them together.",
)
