"""What `jwtroles doctor` finds about a server and whoever connects to it (JR850 to JR878)."""

from __future__ import annotations

from jwtroles.codes.code import Code

KNOWN_HOLE = Code(
    "JR850",
    "the server has a known hole",
    "This minor release lacks a fix for a vulnerability in row security, roles or privileges. "
    "Where row security itself is concerned it is an error: what the file promises does not hold "
    "there.",
)
NO_MORE_FIXES = Code(
    "JR851",
    "a major version that gets no more fixes",
    "The PostgreSQL project has stopped to fix it: holes that are found from now on stay open.",
)
TOO_OLD = Code(
    "JR852",
    "a major version that jwtroles does not work on",
    "Functions with a body in standard SQL, which queries are made of, exist since PostgreSQL 14.",
)
TAKES_NO_CHANGES = Code(
    "JR853",
    "the server takes no changes",
    "A standby, or a session that is read-only by a setting. To plan, PostgreSQL has to print "
    "expressions on temporary tables, and to apply, it has to write.",
)
NOT_ENCRYPTED = Code(
    "JR854",
    "a connection over the network without TLS",
    "Passwords, tokens and rows can be read on the way, and what a client sends can be changed.",
)
SERVER_UNKNOWN = Code(
    "JR855",
    "nobody checks that it is the right server",
    "With a weaker `sslmode` than `verify-full`, TLS keeps listeners out but not somebody who "
    "answers in the place of the server (manual section 32.19).",
)
CLOCKS_APART = Code(
    "JR856",
    "the clocks of server and client differ",
    "Times of a token are compared with the server's clock. One that is wrong accepts tokens that"
    " have expired, or refuses those that have just been issued.",
)
PLANS_ONLY = Code(
    "JR857",
    "the connected role can plan and apply nothing",
    "It is neither superuser nor has CREATEROLE, nor ADMIN on another role. That is what a role "
    "for pull requests should be; to apply, connect as another one.",
)
NO_CREATEROLE = Code(
    "JR858",
    "the applying role may not create roles",
    "Token roles, logins and the owners of views and queries are made by `apply`.",
)
NOT_OWNER = Code(
    "JR859",
    "the applying role does not act as the owner of tables",
    "To turn row security on, to make a policy and to grant takes the rights of the table's owner.",
)
NO_ADMIN = Code(
    "JR860",
    "the applying role has no ADMIN on a role that is there already",
    "Since PostgreSQL 16 a role that somebody else made is altered, commented, granted and "
    "dropped by who has ADMIN on it.",
)
NO_CREATE = Code(
    "JR861",
    "the applying role may not create a schema",
    "The schema `jwtroles` is made by the first `apply`.",
)
NO_TEMPORARY = Code(
    "JR862",
    "the connected role may not make temporary tables",
    "A plan lets PostgreSQL print expressions on temporary tables, in a transaction that is "
    "rolled back.",
)
UNBOUND = Code(
    "JR863",
    "a login or a token role that row security does not bind",
    "A superuser and a role with BYPASSRLS see every row; CREATEROLE and REPLICATION lead there.",
)
REACHES_UNBOUND = Code(
    "JR864",
    "a login or a token role that reaches around row security",
    "By a membership it has the rights of, or may become, a role that row security does not bind:"
    " a superuser, one with BYPASSRLS, the owner of a table, or one that reads and writes all "
    "data.",
)
INHERITS = Code(
    "JR865",
    "a login that has rights of roles before any token",
    "It inherits roles, so it may do what they may without becoming one of them.",
)
SHUT_OUT = Code(
    "JR866",
    "a login that cannot connect",
    "It may not log in, its password is out of date, or it lacks CONNECT on the database.",
)
PARAMETERS_LOGGED = Code(
    "JR867",
    "bind parameters are written into the server's log",
    "Tokens are bind parameters of `jwtroles.login($1)`. Whoever reads the log can use one until "
    "it expires.",
)
PARAMETERS_LOGGED_ON_ERROR = Code(
    "JR868",
    "bind parameters of failed statements are written into the server's log",
    "A token that is refused, by a clock that is wrong for instance, may be good a moment later.",
)
PLANS_LOGGED = Code(
    "JR869",
    "auto_explain writes bind parameters into the server's log",
    "Since PostgreSQL 16 auto_explain logs the parameters of a statement beside its plan.",
)
TEXTS_KEPT = Code(
    "JR870",
    "pg_stat_statements keeps tokens that stand in the text of a statement",
    "It replaces constants under the role that a statement began with. A login ends under another"
    " role, and is kept as it was sent: every session of that role reads it there. Parameters are"
    " not kept.",
)
TEXTS_SEEN = Code(
    "JR871",
    "the texts of statements can be read by others",
    "They stand in the log, and in pg_stat_activity for every session of the same login. It "
    "matters where a client puts a token into the text instead of a bind parameter.",
)
ROW_SECURITY_OFF = Code(
    "JR872",
    "row_security is off",
    "Statements that a policy would filter then fail instead (manual section 19.11).",
)
LOADED_CODE = Code(
    "JR873",
    "libraries that are loaded into each session",
    "Their code runs inside of every session and can do anything there.",
)
EVENT_TRIGGERS = Code(
    "JR874",
    "event triggers that run when jwtroles applies or a service logs in",
    "They run with the rights of whoever caused them. One that changes what `apply` does makes "
    "its proof fail, and nothing is committed.",
)
LITTLE_ROOM = Code(
    "JR875",
    "little room in the server's lock table",
    "A first plan locks every managed table. What does not fit into three quarters of the table "
    "of locks is cut into several transactions.",
)
SERVICE_UNSAID = Code(
    "JR876",
    "a managed service that the file does not name",
    "The database has the roles of a hosting service. With `database.hosted_by` they and the "
    "service's schemas are left alone whatever the file says.",
)
SERVICE_UNLIKE = Code(
    "JR877",
    "not the service that the file names",
    "The roles by which that service is known are not there, so that its preset protects nothing.",
)
PUBLIC_MAKES = Code(
    "JR878",
    "what everybody may make, and the applying role cannot stop",
    "With `verify: database` nobody who brings a token may make anything. `apply` takes CREATE "
    "and TEMPORARY from PUBLIC, which takes the rights of the owner of the schema or the "
    "database.",
)
