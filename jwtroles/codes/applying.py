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
    "a role that would be dropped is used elsewhere",
    "PostgreSQL drops a role only when nothing depends on it: objects that it owns, and rights in "
    "other databases and on what the file does not manage. jwtroles takes none of these away.",
)
NOT_INSTALLED = Code(
    "JR609",
    "the database is not this project's",
    "The schema `jwtroles` carries the mark of another project.",
)
STALE = Code(
    "JR611",
    "the database has changed since the plan was made",
    "A plan is bound to the catalog that it was made from.",
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
    "the file says, so everything was rolled back.",
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
