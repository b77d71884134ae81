"""The stable codes of errors and warnings, in one table.

A code never changes its meaning and is never used again. `docs/errors.md` describes each one,
and a test holds the two together. Families: JR0xx running, JR1xx form of the file, JR2xx meaning
of the file, JR3xx the file against the database, JR5xx others affected, JR6xx applying.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """A stable code: its id, a title, and why it is an error (or worth a look)."""

    id: str
    title: str
    why: str


NO_ANSWER = Code(
    "JR001", "no answer from the server", "The server did not accept a connection at this address."
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
    "A plan reads the catalog and the schema `jwtroles`, and lets the server print expressions on "
    "temporary tables. The connected role may not, or the connection was lost meanwhile.",
)
USAGE = Code("JR010", "the command line is not understood", "Unknown command, option or value.")
WHICH_ENVIRONMENT = Code(
    "JR012",
    "which environment?",
    "The file has several environments, and none was named: a guess could reach production.",
)

# The form of the file (JR1xx).

SPEC_UNREADABLE = Code(
    "JR100",
    "the specification cannot be read",
    "The file is not there, or the operating system does not let jwtroles read it.",
)
SPEC_TOO_LARGE = Code(
    "JR101",
    "the specification is too large",
    "A specification is written to be reviewed; past this size it is something else, and reading "
    "it could take all memory of a CI job.",
)
NOT_UTF8 = Code(
    "JR102",
    "the file is not UTF-8",
    "YAML files are UTF-8. Guessing another encoding could change a name without anyone noticing.",
)
FORBIDDEN_CHARACTER = Code(
    "JR103",
    "a character that no reviewer can see",
    "Control characters, line separators other than the usual ones and characters that change the "
    "direction of text make a file read differently from what it means. PostgreSQL cannot store "
    "U+0000 at all.",
)
YAML_SYNTAX = Code(
    "JR104",
    "this is not YAML",
    "The file breaks off or contradicts itself as YAML, so nothing after this place can be read.",
)
SEVERAL_DOCUMENTS = Code(
    "JR105",
    "more than one YAML document",
    "A specification is one document. What stands after a `---` would otherwise be left out.",
)
NOT_A_MAP = Code(
    "JR106",
    "the file is not a map of keys",
    "A specification starts with keys such as `jwtroles: 1` and `project:`.",
)
TOO_DEEP = Code(
    "JR107",
    "nested too deeply",
    "No form of the language needs so many levels; the limit keeps hostile input from exhausting "
    "the stack.",
)
DUPLICATE_KEY = Code(
    "JR108",
    "the same key twice",
    "YAML readers keep one of the two and drop the other without a word; here that would drop "
    "rights or limits that somebody reviewed.",
)
ALIAS = Code(
    "JR109",
    "anchors, aliases and merge keys are not used",
    "An alias lets a line far away decide what this one grants, and aliases of aliases grow "
    "without bound. Inheritance and named predicates say the same thing openly.",
)
TAG = Code(
    "JR110",
    "YAML tags are not used",
    "A value that begins with `!` is a tag to YAML and loses its text. Types follow from the key.",
)
KEY_FORM = Code(
    "JR111",
    "a key is one line of text",
    "A list, a map or nothing cannot be a key of the language.",
)
KEY_WITHOUT_VALUE = Code(
    "JR112",
    "a key without a value inside {…}",
    "Inside braces each entry is `key: value`. YAML reads a lone word there as a key with nothing "
    "in it.",
)
WRONG_TYPE = Code(
    "JR113",
    "another kind of value is expected here",
    "The key takes a text, a number, a list or a map, and the file has something else.",
)
UNKNOWN_KEY = Code(
    "JR114",
    "unknown key",
    "A key that jwtroles does not know would have no effect, and a limit that somebody believes "
    "in would not be there.",
)
MISSING_KEY = Code(
    "JR115", "a key is missing", "Without this key, it is not decided what the entry means."
)
UNKNOWN_VALUE = Code(
    "JR116", "unknown value", "The key takes one of a few words, and this is not one of them."
)
NOT_YET = Code(
    "JR117",
    "not supported by this version",
    "The form belongs to the language, but this version of jwtroles does not implement it. It is "
    "refused, since leaving it out would change who may do what.",
)
SPLIT_AT_COMMA = Code(
    "JR118",
    "a value is split at a comma inside {…}",
    "Inside braces a comma ends a plain value: `{rows: f(a, b)}` is `f(a` and a key `b)`. Half a "
    "predicate is another predicate.",
)
CUT_BY_COMMENT = Code(
    "JR119",
    "a predicate is cut short by a `#`",
    "YAML takes a `#` after a space for a comment, and `#`, `#>`, `#>>` and `#-` are operators of "
    "PostgreSQL: `a or meta #>> '{x}' = 'y'` silently becomes `a or meta`. So a plain predicate "
    "carries no comment on its line, not even a meant one.",
)
EXACTLY_ONE = Code(
    "JR120",
    "exactly one of these keys is needed",
    "The keys exclude one another, and one of them is needed for the entry to mean something.",
)
EMPTY = Code(
    "JR121",
    "nothing in it",
    "An empty list or map here grants nothing or decides nothing, and may be read as everything.",
)
REPEATED = Code(
    "JR122", "the same item twice", "The second one has no effect; one of the two is a slip."
)
DURATION = Code(
    "JR123",
    "not a duration",
    "A duration is a whole number with its unit: `30s`, `15m`, `1h`, `2d`.",
)
BAD_NAME = Code(
    "JR124",
    "not a usable name",
    "The name is empty, holds invisible characters, or is one that has to be a plain lower-case "
    "identifier because SQL text refers to it.",
)
NAME_TOO_LONG = Code(
    "JR125",
    "longer than 63 bytes",
    "PostgreSQL cuts longer identifiers silently, and two names could become one.",
)
NOT_QUALIFIED = Code(
    "JR126",
    "not a name of the form `schema.name`",
    "Objects are named with their schema, so that no search_path decides which one is meant.",
)
FORMAT_VERSION = Code(
    "JR127",
    "another version of the language",
    "`jwtroles: 1` says which version of the language the file is written in.",
)
NOT_A_SIGNATURE = Code(
    "JR128",
    "not a function with its argument types",
    "PostgreSQL tells functions of one name apart by their argument types: `app.age(date)`.",
)
IGNORES_ROW_SECURITY = Code(
    "JR129",
    "this privilege ignores row security",
    "TRUNCATE, REFERENCES, TRIGGER and MAINTAIN are not limited by any policy, so a token of one "
    "tenant could reach the rows of all.",
)
OUT_OF_RANGE = Code(
    "JR130", "a number out of range", "The value is smaller or larger than what makes sense here."
)
NOT_JSON = Code(
    "JR131",
    "not a JSON value",
    "A token's payload is JSON, which has no infinity and no NaN.",
)
NOT_A_POINTER = Code(
    "JR132",
    "not a JSON Pointer",
    "The path of a claim is a JSON Pointer (RFC 6901): `/app_metadata/tenant_id`, where `~1` is a "
    "slash and `~0` a tilde.",
)

# The meaning of the file, apart from its predicates (JR221, JR230 to JR269).

UNTRUSTED_CLAIM = Code(
    "JR221",
    "a claim that users can edit decides nothing",
    "The claim is declared `trusted: false`: users can change it themselves. A rule that looks at "
    "it would let them choose their own rights.",
)
UNKNOWN_ROLE = Code(
    "JR230",
    "unknown role",
    "Roles are declared under `roles:`; a name that is not there would be granted nothing, or "
    "somebody else's role.",
)
INHERITS_CYCLE = Code(
    "JR233",
    "roles inherit one another in a circle",
    "PostgreSQL refuses a membership that leads back to its own role (manual, GRANT).",
)
RESERVED_NAME = Code(
    "JR234",
    "a reserved role",
    "PostgreSQL keeps `pg_*`, `public` and `none` for itself, and a superuser or a table owner is "
    "held back by no policy; a token must not become any of them.",
)
UNMANAGED_SCHEMA = Code(
    "JR235",
    "a schema that the file does not manage",
    "Only what stands in `database.schemas` is compared and changed; a grant elsewhere would never "
    "be revoked again.",
)
CLAIM_TYPE = Code(
    "JR236",
    "unsupported type of a claim",
    "A claim is cast once, from JSON, to one of a few types whose cast cannot run user code.",
)
CONDITION_TYPE = Code(
    "JR237",
    "this test does not fit the claim",
    "`contains` looks into a list (an array type, or a text with `split`), `equals` compares one "
    "value.",
)
NAME_TAKEN = Code(
    "JR238",
    "two things would have one name",
    "Roles belong to the whole cluster and share one set of names, with the ones that jwtroles "
    "makes for itself (`<project>_jwtroles`, `<project>_view_…`, `<project>_query_…`).",
)
GLOBS_OVERLAP = Code(
    "JR239",
    "two globs of one role overlap",
    "A table could match both, and neither is more exact than the other. An exact name replaces a "
    "glob for the commands that it names.",
)
PART_DOES_NOT_APPLY = Code(
    "JR240",
    "this part does not apply to the command",
    "PostgreSQL has column privileges for select, insert and update only, and WITH CHECK for "
    "insert and update only; on insert there is no USING that `rows` could be (CREATE POLICY).",
)
SETTING = Code(
    "JR241",
    "not a setting that a token role may have",
    "The name is not one of a run-time setting, or it is one that says who somebody is, which "
    "only a verified token may say.",
)
NO_ISSUER = Code(
    "JR242",
    "nothing to verify tokens against",
    "With `verify: database` the database accepts the tokens of declared issuers only, each for a "
    "declared audience.",
)
PUBLIC_HOLDS = Code(
    "JR243",
    "PUBLIC cannot have this",
    "PUBLIC is everybody, not a role: it inherits nothing, has no settings, and policies of this "
    "file never name it, so it gets no tables.",
)
EXEMPT_ROLE = Code(
    "JR245",
    "a role of the file cannot be exempt",
    "`database.exempt` gives full row access to roles that have nothing to do with tokens. For a "
    "role of the file it would lift the floor.",
)
FLOOR_CYCLE = Code(
    "JR246",
    "floors lead back to themselves",
    "A floor that is evaluated through another table, which is evaluated through the first, never "
    "ends: PostgreSQL reports infinite recursion.",
)
RESERVED_SCHEMA = Code(
    "JR247",
    "a schema that is not yours to manage",
    "System schemas belong to PostgreSQL, and the schema `jwtroles` to jwtroles itself.",
)
VIEW_AS_TABLE = Code(
    "JR248",
    "a view is granted where it is declared",
    "Policies stand on tables. A view of this file is granted under its own `grant`, so that its "
    "rights are read in one place.",
)
UNKNOWN_ISSUER = Code(
    "JR249",
    "unknown issuer",
    "A test whose token becomes a role needs an issuer that the file declares.",
)
AMBIGUOUS_FLOOR = Code(
    "JR250",
    "two floors of one name, or one table twice in a floor",
    "A table has the floor's own condition, or the one of another table (`through`), or none "
    "(`except`): one of the three.",
)


SERVER_REFUSES = Code(
    "JR340",
    "PostgreSQL refuses an expression",
    "The server itself could not parse or type the expression against the table's columns.",
)

# The predicates of the file by themselves (JR200 to JR215, and JR221 above).

PREDICATE_SYNTAX = Code(
    "JR200",
    "PostgreSQL cannot parse this SQL",
    "Predicates, view columns and queries are PostgreSQL's own SQL, read by its own grammar.",
)
NOT_ONE_EXPRESSION = Code(
    "JR201",
    "this is not one expression",
    "A predicate is one boolean expression, and a view's column is one expression. A further"
    " target, clause or statement beside it would become part of the policy unseen.",
)
NOT_ONE_SELECT = Code(
    "JR202",
    "a query is one SELECT",
    "A query of the file returns rows and changes nothing: one SELECT, without INTO, row locks"
    " and statements that write.",
)
SQL_NOT_ALLOWED = Code(
    "JR203",
    "this SQL is not allowed here",
    "The language takes the part of SQL whose meaning can be checked. What is not known to be"
    " safe in a policy is refused.",
)
UNKNOWN_PREDICATE = Code(
    "JR204",
    "unknown named predicate",
    "A bare word where a condition stands is a named predicate of `rows:` or a boolean column."
    " This one is nearly the name of a predicate.",
)
PREDICATE_CYCLE = Code(
    "JR205",
    "a named predicate that uses itself",
    "Named predicates are written out where they are used; one that leads back to itself has no"
    " end.",
)
UNKNOWN_CLAIM = Code(
    "JR206",
    "a claim that is not declared",
    "Only claims under `tokens.claims` have a type and a path, and only those are verified.",
)
NAME_CLAIMS = Code(
    "JR207",
    "`claims` means the token's claims",
    "`claims.NAME` is one claim. A table, alias, parameter or predicate of that name would make"
    " it unclear what a condition compares with.",
)
UNQUALIFIED_RELATION = Code(
    "JR208",
    "a relation without a schema",
    "A relation without a schema is looked up in the search path, temporary tables first: a"
    " session could put its own table in the place of yours.",
)
UNSTABLE_BUILTIN = Code(
    "JR209",
    "a function that must not stand here",
    "A volatile function gives another answer at each call or has effects, and one that returns"
    " a set has no truth value: a condition must be decided by the row and the token.",
)
AGGREGATE = Code(
    "JR210",
    "an aggregate or window function outside a subquery",
    "A condition is decided for each row by itself. Aggregates and window functions need the"
    " other rows, so they can only stand in a subquery.",
)
WHOLE_ROW = Code(
    "JR211",
    "a reference that depends on the table itself",
    "Policies are compared on a stand-in of the table, where a whole row has another type and"
    " schema.table.column names another table.",
)
TRUE_WITHOUT_CLAIM = Code(
    "JR212",
    "a condition that lets rows pass without its claim",
    "A claim that a token does not have is NULL, and a condition that uses it must then not be"
    " true. Comparisons and strict functions of NULL are NULL, which denies, and so is their"
    " negation; IS NULL, COALESCE, CASE, NOT EXISTS and the like turn it into true.",
)
CLIENT_SETTING = Code(
    "JR213",
    "a setting decides who sees a row",
    "Whoever can run SQL can SET it. Claims are verified, settings are not.",
)
NUMBERED_PARAMETER = Code(
    "JR214",
    "a numbered parameter",
    "There is nothing that $1 could stand for. A query's parameters are used by their names.",
)
UNPRINTABLE_SQL = Code(
    "JR215",
    "this SQL cannot be written back faithfully",
    "jwtroles prints conditions from their syntax tree and parses the print again. The two"
    " differ here, and a policy that may mean something else is not made.",
)

# Predicates against the database's columns (JR320 to JR332).

UNKNOWN_COLUMN = Code(
    "JR320",
    "a column that does not exist",
    "The condition names a column that no table in reach has.",
)
UNKNOWN_RELATION = Code(
    "JR321",
    "a table that does not exist",
    "The condition reads a table or view that the database does not have, or names an alias"
    " that is not in reach.",
)
COLUMN_AND_PREDICATE = Code(
    "JR322",
    "a column and a named predicate of one name",
    "A bare word could mean either of them, and a reader cannot tell which.",
)
AMBIGUOUS_COLUMN = Code(
    "JR323",
    "a column that could be of two tables",
    "Inside a subquery, a bare column name is taken from the nearest table that has it. Where"
    " several have it, the reader has to know all their columns to tell which is meant.",
)
HIDDEN_TABLE = Code(
    "JR324",
    "the policy's table is hidden by another of its name",
    "The subquery needs a column of the table outside, and a table or alias inside has the same"
    " name, so that SQL has no way to say it.",
)
READS_OWN_TABLE = Code(
    "JR325",
    "a policy that reads its own table",
    "To read the table PostgreSQL applies its policies, which read the table: every statement"
    " fails with infinite recursion.",
)
UNKNOWN_FUNCTION = Code(
    "JR326",
    "a function that cannot be found",
    "Policies are made and compared with nothing but pg_catalog in the search path, so that no"
    " schema can slip another function in.",
)
UNSTABLE_FUNCTION = Code(
    "JR327",
    "a volatile or set-returning function",
    "A volatile function gives another answer at each call or has effects, and one that returns"
    " a set has no truth value. Where only some functions of the name are so, the choice among"
    " them depends on types, and the call is refused too.",
)
UNKNOWN_TYPE = Code(
    "JR328",
    "a type that cannot be found",
    "Policies are made and compared with nothing but pg_catalog in the search path: types of"
    " your own are named with their schema.",
)
PARAMETER_IS_COLUMN = Code(
    "JR330",
    "a parameter named like a column",
    "In a function's body the column wins silently: the query would compare the column with"
    " itself and return every row.",
)
JOINS_NOTHING = Code(
    "JR332",
    "a join condition that joins nothing",
    "A floor through another table holds where the row's own parent is visible. A condition that"
    " leaves out one of the two tables lets every row pass, or none.",
)
COLUMNS_NOT_KNOWN = Code(
    "JR331",
    "a column whose table is not certain",
    "A function or an expression in FROM has columns that only PostgreSQL knows; a bare name"
    " might be one of them.",
)


NO_SUCH_SCHEMA = Code(
    "JR301",
    "no such schema in the database",
    "The file manages a schema that this database does not have.",
)
NO_SUCH_TABLE = Code(
    "JR302",
    "no such table in the database",
    "The file names a table, or writes a glob, that matches nothing in this database.",
)
NO_SUCH_COLUMN = Code(
    "JR303",
    "no such column in the table",
    "The file grants a column that the table does not have.",
)
NO_SUCH_OBJECT = Code(
    "JR304",
    "no such sequence or function in the database",
    "The file grants on a sequence or a function that this database does not have.",
)
POLICY_ON_VIEW = Code(
    "JR305",
    "rows of something that cannot have row security",
    "Row security exists for ordinary and partitioned tables alone, not for views or foreign tables.",
)
NO_SUCH_TYPE = Code(
    "JR306",
    "no such type in the database",
    "A claim, a parameter or a result has a type that this database does not know.",
)
NOT_OURS = Code(
    "JR307",
    "an object of this name exists and is not jwtroles'",
    "A role, view, function or schema of that name exists without our mark. Taking it over silently "
    "could change access that somebody else relies on.",
)
RESERVED_ROLE = Code(
    "JR308",
    "a role that no token may become",
    "Superusers, roles with BYPASSRLS, CREATEROLE or REPLICATION, system roles and owners of tables "
    "stand above row security.",
)
WRONG_OWNER = Code(
    "JR309",
    "the schema belongs to another role than the file says",
    "`database.owner` is what the file expects; the catalog says otherwise.",
)
NO_TENANT_COLUMN = Code(
    "JR312",
    "tables under a tenancy floor lack its column",
    "A table in the globs of a floor without the column that the floor compares would have no floor.",
)
COMBINES = Code(
    "JR314",
    "inherited columns and rows combine to more than either says",
    "PostgreSQL adds up column grants and policies of a role and its parents separately, so columns of "
    "one can be changed on rows of the other.",
)
CANNOT_INSERT = Code(
    "JR315",
    "an insert that can never succeed",
    "The columns of an INSERT leave out a column of the tenancy floor that must not be null.",
)
CANNOT_READ = Code(
    "JR318",
    "a policy looks into a table that the role cannot read",
    "Policies run with the rights of the one who asks, so every statement would fail.",
)
POLICY_CYCLE = Code(
    "JR319",
    "policies that look into each other",
    "PostgreSQL refuses policies whose tables read each other with `infinite recursion detected`.",
)
CALLED_BY = Code(
    "JR316",
    "a function that defaults, checks or policies call",
    "Revoking EXECUTE from PUBLIC would break writes of everyone who relies on it.",
)
NEVER_APPLIES = Code(
    "JR231",
    "a connection limit that never applies",
    "CONNECTION LIMIT counts sessions that log in as the role; nobody logs in as a token role.",
)
SHADOWED_RULE = Code(
    "JR244",
    "a token that could become two roles becomes the first",
    "Both rules can hold for one token; the order of the mapping decides, and the lesser role stands "
    "first.",
)
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
    "A role of the file granted a right of its own to a role outside the file. The right goes, or its "
    "GRANT OPTION does, and PostgreSQL takes with it what was granted by it.",
)
OUTSIDE_MEMBER = Code(
    "JR509",
    "a role outside the file is a member of a role of the file",
    "It has that role's rights, or may take them, without any token. jwtroles leaves memberships of other "
    "roles alone.",
)
SHOWS_AS_OWNER = Code(
    "JR510",
    "a view that shows what its owner sees",
    "Row security of the tables below a view binds its owner, not its reader, unless the view is "
    "security_invoker; materialized views and foreign tables have no row security at all.",
)
CANNOT_APPLY = Code(
    "JR605",
    "the applying role lacks rights",
    "A statement of the plan needs a right that the connected role does not have. It was checked before "
    "the first statement.",
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
    "The server rolls back what has not been committed when a connection ends. Only while COMMIT "
    "itself is on its way is the outcome unknown to the client; the next plan tells.",
)
STATEMENT_FAILED = Code(
    "JR618",
    "the server refused a statement",
    "A statement of the plan failed; the transaction was rolled back.",
)
PROOF_FAILED = Code(
    "JR620",
    "the database did not become what the plan says",
    "After the statements the catalog was read again inside the transaction and was not what the file "
    "says, so everything was rolled back.",
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


NO_ENVIRONMENT = Code(
    "JR013", "no such environment", "The file has no environment of the name that was given."
)
NO_VARIABLE = Code(
    "JR014",
    "a variable is not set",
    "The file takes a connection from a variable of the process environment that is not set.",
)
TEST_TABLE_HOLDS_ROWS = Code(
    "JR701",
    "a table of the tests holds rows",
    "A test says which rows there are. In a table that holds others its numbers would mean nothing, "
    "and real rows are not what tests should touch.",
)
TEST_CANNOT_ACT = Code(
    "JR702",
    "the tests cannot act as a role that they need",
    "A test puts its rows in as the table's owner and then acts as the login of connect_as, so the "
    "connected role must be able to become both.",
)
TEST_GIVEN = Code(
    "JR703",
    "the rows of a test cannot be put in",
    "What stands under `given` does not fit the table: a column, a value or a constraint.",
)
TEST_STATEMENT = Code(
    "JR704",
    "a test runs one SQL statement that leaves the transaction open",
    "Everything that a test does is rolled back, which COMMIT and ROLLBACK would prevent; COPY from "
    "and to the client is no statement of its own.",
)
TEST_NOT_APPLIED = Code(
    "JR705",
    "the database has nothing to test yet",
    "Tests run against what `apply` has made: the roles, the policies and the schema jwtroles.",
)


def all_codes() -> tuple[Code, ...]:
    """Return every code of this module, ordered by id."""
    found = (value for value in globals().values() if isinstance(value, Code))
    return tuple(sorted(found, key=lambda code: code.id))
