"""Running: the command line, the connection, the embedded server (JR0xx)."""

from __future__ import annotations

from jwtroles.codes.code import Code

NO_ANSWER = Code(
    "JR001",
    "no answer from the server",
    "The server did not accept a connection at this address.",
)
LOGIN_REFUSED = Code(
    "JR002",
    "the server refused the login",
    "The server answered and refused the user, the password or the database.",
)
EMBEDDED = Code(
    "JR003",
    "the embedded server cannot run here",
    "The private PostgreSQL server could not be prepared, started or stopped.",
)
CANNOT_ASK = Code(
    "JR005",
    "the server does not answer what a plan needs to know",
    "A plan reads the catalog and the schema `jwtroles`, and lets the server print expressions "
    "on temporary tables. The connected role may not, or the connection was lost meanwhile.",
)
CALLED_PUBLIC = Code(
    "JR006",
    "a role of the name PUBLIC",
    'PostgreSQL allows a role "PUBLIC" in upper case. In a file and in a plan that word is '
    "everybody, and whoever read it so would have everybody get what the role has.",
)
USAGE = Code(
    "JR010",
    "the command line is not understood",
    "Unknown command, option or value.",
)
WHICH_ENVIRONMENT = Code(
    "JR012",
    "which environment?",
    "The file has several environments, and none was named: a guess could reach production.",
)
NO_ENVIRONMENT = Code(
    "JR013",
    "no such environment",
    "The file has no environment of the name that was given.",
)
NO_VARIABLE = Code(
    "JR014",
    "a variable is not set",
    "The file takes a connection or keys from a variable of the process environment that is not "
    "set.",
)
FILE_THERE = Code(
    "JR026",
    "the file is there already",
    "`init` writes a new file and never overwrites one without being told: it may be yours.",
)
NOTHING_THERE = Code(
    "JR027",
    "no table to begin with",
    "`init --database` looks at the tables of a database, and this one has none outside the system "
    "schemas and extensions.",
)
CANNOT_WRITE = Code(
    "JR015",
    "a file cannot be written",
    "The file that a result was to be written to cannot be opened.",
)
NO_PLAN_FILE = Code(
    "JR023",
    "a saved plan that cannot be read",
    "The file is not there, or this process may not read it.",
)
NOT_SAVED = Code(
    "JR024",
    "a plan that cannot be saved",
    "A saved plan holds the specification, without the passwords in it, and is made again from "
    "that. Where this comes to another plan, nothing is written.",
)
NO_MIGRATION = Code(
    "JR025",
    "a plan that is no migration",
    "A migration is a file that is kept: it cannot hold a secret, which `apply` sends and nothing "
    "shows, and what an environment refuses is not written where no gate stands any more.",
)
TWO_SOURCES = Code(
    "JR016",
    "a database and a snapshot at once",
    "A plan is made with one of them: which one would be right is not for a program to guess.",
)
MANY_DATABASES = Code(
    "JR035",
    "an environment of many databases",
    "`plan`, `apply`, `retire`, `keys list`, `keys retire`, `keys rotate-ticket-secret`, `revoke`, "
    "`release` and `uninstall` work on all databases of an environment. Other commands are about "
    "one, and which one is not for a program to guess.",
)
NO_DATABASES = Code(
    "JR036",
    "no databases",
    "A glob that matches nothing, or a query without rows, is a mistake rather than a success.",
)
NO_CONNECTION_STRING = Code(
    "JR037",
    "not a connection string",
    "Each row of the query under `databases` is one libpq URL or keyword string. What stands there "
    "instead is not shown: it may hold a password.",
)
DATABASES_QUERY = Code(
    "JR038",
    "the query of `databases` is refused",
    "It runs by itself in a transaction that is read-only, as the role of `from`.",
)
NO_SOURCE = Code(
    "JR030",
    "nothing to compare by that name",
    "What is compared is an environment of the file, a database by its URL or `service=NAME`, a "
    "snapshot, or a specification file.",
)
SAME_TWICE = Code(
    "JR031",
    "a database and itself",
    "A sync needs two: one whose access is right, and one that is to have the same.",
)
