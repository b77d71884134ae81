"""The meaning of the file, without a database (JR2xx)."""

from __future__ import annotations

from jwtroles.codes.code import Code

PREDICATE_SYNTAX = Code(
    "JR200",
    "PostgreSQL cannot parse this SQL",
    "Predicates, view columns and queries are PostgreSQL's own SQL, read by its own grammar.",
)
NOT_ONE_EXPRESSION = Code(
    "JR201",
    "this is not one expression",
    "A predicate is one boolean expression, and a view's column is one expression. A further "
    "target, clause or statement beside it would become part of the policy unseen.",
)
NOT_ONE_SELECT = Code(
    "JR202",
    "a query is one SELECT",
    "A query of the file returns rows and changes nothing: one SELECT, without INTO, row locks "
    "and statements that write.",
)
SQL_NOT_ALLOWED = Code(
    "JR203",
    "this SQL is not allowed here",
    "The language takes the part of SQL whose meaning can be checked. What is not known to be "
    "safe in a policy is refused.",
)
UNKNOWN_PREDICATE = Code(
    "JR204",
    "unknown named predicate",
    "A bare word where a condition stands is a named predicate of `rows:` or a boolean column. "
    "This one is nearly the name of a predicate.",
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
    "A relation without a schema is looked up in the search path, temporary tables first: a "
    "session could put its own table in the place of yours.",
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
    "A condition is decided for each row by itself. Aggregates and window functions need the "
    "other rows, so they can only stand in a subquery.",
)
WHOLE_ROW = Code(
    "JR211",
    "a reference that depends on the table itself",
    "Policies are compared on a stand-in of the table, where a whole row has another type and "
    "schema.table.column names another table.",
)
TRUE_WITHOUT_CLAIM = Code(
    "JR212",
    "a condition that lets rows pass without its claim",
    "A claim that a token does not have is NULL, and a condition that uses it must then not be "
    "true. Comparisons and strict functions of NULL are NULL, which denies, and so is their "
    "negation; IS NULL, COALESCE, CASE, NOT EXISTS and the like turn it into true.",
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
    "jwtroles prints conditions from their syntax tree and parses the print again. The two "
    "differ here, and a policy that may mean something else is not made.",
)
UNTRUSTED_CLAIM = Code(
    "JR221",
    "a claim that users can edit decides nothing",
    "The claim is declared `trusted: false`: users can change it themselves. A rule that looks "
    "at it would let them choose their own rights.",
)
UNKNOWN_ROLE = Code(
    "JR230",
    "unknown role",
    "Roles are declared under `roles:`; a name that is not there would be granted nothing, or "
    "somebody else's role.",
)
NEVER_APPLIES = Code(
    "JR231",
    "a connection limit that never applies",
    "CONNECTION LIMIT counts sessions that log in as the role; nobody logs in as this one.",
)
INHERITS_CYCLE = Code(
    "JR233",
    "roles inherit one another in a circle",
    "PostgreSQL refuses a membership that leads back to its own role (manual, GRANT).",
)
RESERVED_NAME = Code(
    "JR234",
    "a reserved role",
    "PostgreSQL keeps `pg_*`, `public` and `none` for itself, and a superuser or a table owner "
    "is held back by no policy; a token must not become any of them.",
)
UNMANAGED_SCHEMA = Code(
    "JR235",
    "a schema that the file does not manage",
    "Only what stands in `database.schemas` is compared and changed; a grant elsewhere would "
    "never be revoked again.",
)
CLAIM_TYPE = Code(
    "JR236",
    "unsupported type of a claim",
    "A claim is cast once, from JSON, to one of a few types whose cast cannot run user code.",
)
CONDITION_TYPE = Code(
    "JR237",
    "this test does not fit the claim",
    "`contains` looks into a list (an array type, or a text with `split`), `equals` compares "
    "one value, and `younger_than` reads a number of seconds since 1970.",
)
NAME_TAKEN = Code(
    "JR238",
    "two things would have one name",
    "Roles belong to the whole cluster and share one set of names, with the ones that jwtroles "
    "makes for itself (`<project>_jwtroles`, `<project>_view_…`, `<project>_query_…`).",
)
GLOBS_OVERLAP = Code(
    "JR239",
    "two globs of one role disagree",
    "A table could match both, and neither is more exact than the other. Globs that say the same "
    "of a command may overlap, and an exact name replaces a glob for the commands that it names.",
)
TAKES_NOTHING_OUT = Code(
    "JR293",
    "`none` that takes nothing out",
    "`none` takes one table out of a glob of the role, for one command. What no glob gives is not "
    "granted anyway, and a reader would look for where it was.",
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
    "With `verify: database` the database accepts the tokens of declared issuers only, each for"
    " a declared audience.",
)
PUBLIC_HOLDS = Code(
    "JR243",
    "PUBLIC cannot have this",
    "PUBLIC is everybody, not a role: it inherits nothing, has no settings, and policies of "
    "this file never name it, so it gets no tables.",
)
SHADOWED_RULE = Code(
    "JR244",
    "a token that could become two roles becomes the first",
    "Both rules can hold for one token; the order of the mapping decides, and the lesser role "
    "stands first.",
)
EXEMPT_ROLE = Code(
    "JR245",
    "a role of the file cannot be exempt",
    "`database.exempt` gives full row access to roles that have nothing to do with tokens. For "
    "a role of the file it would lift the floor.",
)
FLOOR_CYCLE = Code(
    "JR246",
    "floors lead back to themselves",
    "A floor that is evaluated through another table, which is evaluated through the first, "
    "never ends: PostgreSQL reports infinite recursion.",
)
RESERVED_SCHEMA = Code(
    "JR247",
    "a schema that is not yours to manage",
    "System schemas belong to PostgreSQL, and the schema `jwtroles` to jwtroles itself.",
)
VIEW_AS_TABLE = Code(
    "JR248",
    "a view is granted where it is declared",
    "Policies stand on tables. A view of this file is granted under its own `grant`, so that "
    "its rights are read in one place.",
)
UNKNOWN_ISSUER = Code(
    "JR249",
    "unknown issuer",
    "A test whose token becomes a role needs an issuer that the file declares.",
)
UNKNOWN_LOOKUP = Code(
    "JR265",
    "unknown lookup",
    "Behind `in` stands a list in brackets, or the name of a lookup of this file.",
)
LOOKUP_PLACE = Code(
    "JR266",
    "a lookup cannot stand here",
    "A lookup is asked in predicates: in `rows` and `check`, in floors and named predicates. "
    "One that asked another one would run with the rights of that one's role.",
)
LOOKUP_TYPE = Code(
    "JR267",
    "a lookup is a list",
    "`x in NAME` compares with each value of a list, so the type of a lookup ends in `[]`.",
)
LOOKUP_NEGATED = Code(
    "JR268",
    "a lookup that is negated",
    "A lookup that finds nothing denies, as a missing claim does. Its negation would deny those "
    "who have nothing in the list, too, and so mean the contrary of what it says.",
)
LOOKUP_NAME = Code(
    "JR269",
    "a lookup named like something else",
    "Named predicates, lookups and `claims` are used by their bare names, and each name is one "
    "thing.",
)
LIFTED_BELOW = Code(
    "JR270",
    "a floor that is lifted in vain",
    "A policy applies to whoever has the rights of a role that it names. A role that inherits "
    "from one under the floor is under the floor.",
)
AMBIGUOUS_FLOOR = Code(
    "JR250",
    "two floors of one name, or one table twice in a floor",
    "A table has the floor's own condition, or the one of another table (`through`), or none "
    "(`except`): one of the three.",
)
TOKEN_CREATES = Code(
    "JR271",
    "a right to create objects, for a token",
    "Whoever creates a view, a function or a temporary table decides what others run, and row "
    "security does not bind an owner.",
)
UNKNOWN_ENVIRONMENT = Code(
    "JR251",
    "unknown environment",
    "`only` limits to environments of the file. One that does not exist would limit to nothing, "
    "without anyone noticing.",
)
WHICH_ONLY = Code(
    "JR252",
    "limited to environments, and none is chosen",
    "With `only` in a file, what has to be there differs between its environments.",
)
ROLE_ELSEWHERE = Code(
    "JR253",
    "a rule or a test of a role that is not in every environment",
    "A mapping rule that is left out lets a later one decide, and a token would become another "
    "role. So a rule has to say itself where it holds, and so has a test.",
)
FUTURE = Code(
    "JR274",
    "rights on later tables that cannot be given, or would leak",
    "`future` becomes default privileges. They are for every table of a schema that its owner "
    "makes, know no columns and no rows, and hold before any row security is on.",
)
KEEP_ENTRY = Code(
    "JR273",
    "an entry of `keep` that does not say exactly what",
    "What is kept is an exception from the file, so each entry names one policy, grant, membership "
    "or role.",
)
PLATFORM_ROLE = Code(
    "JR272",
    "more than rights for a role of a platform",
    "A role that a hosting platform owns stays what it is. What the file may decide is what it may "
    "do to objects that the file names for it.",
)
NEEDS_TOKEN_ROLE = Code(
    "JR257",
    "a role without a token where a token becomes a role",
    "A role with `token: false` is for a job or a tool with a login of its own. No token becomes "
    "it, and no login of a gateway may.",
)
INHERITS_ACROSS = Code(
    "JR258",
    "a role of tokens and a role without a token inherit one another",
    "Rights and policies of a role reach those who inherit it. A role of tokens would get rights "
    "that no floor was thought for; a role without a token would come under floors that need a "
    "claim, and see nothing.",
)
CLAIM_WITHOUT_TOKEN = Code(
    "JR259",
    "a claim where there is no token",
    "A role with `token: false` has no claims. A condition that uses one would let no row through.",
)
KEY_OF_ANOTHER_ROLE = Code(
    "JR260",
    "this key does not fit the role",
    "Roles of tokens do not log in, and PostgreSQL applies the settings of a role when it logs in.",
)
SECRET_ALGORITHM = Code(
    "JR284",
    "secrets of an issuer without one algorithm for them",
    "A secret says nothing of its algorithm, and each key verifies exactly one.",
)
SETS_NO_ROLE = Code(
    "JR262",
    "a role that only the database sets",
    "Where the database verifies the token, role and ticket are set together. A role that somebody "
    "has set before has no ticket, and so no access.",
)
DATABASE_ALONE = Code(
    "JR290",
    "only where the database verifies the token",
    "Only a database that verifies tokens itself has logins to put a name on, or to keep for a "
    "session.",
)
ABSENT_TOKEN = Code(
    "JR291",
    "a role without a token",
    "With `verify: database` no row is returned or changed without a valid token, whatever the "
    "role. A rule for requests that bring none would map them to a role that sees nothing.",
)
TOLD_TWICE = Code(
    "JR292",
    "a claim of a test that is told twice",
    "`ago` makes a claim a time before the test. One that stands under `as` as well would have two "
    "values, and it would not be seen which of them the test is about.",
)
LOADS_ELSEWHERE = Code(
    "JR254",
    "`load` of a database that is not embedded",
    "The files are run as a superuser of a server that jwtroles makes. It never runs them anywhere "
    "else.",
)
OLD_NAME = Code(
    "JR261",
    "an old name that is not free",
    "`was` renames what the database has under that name. A name that something else of the file "
    "has, or two things claim, is not one to rename.",
)
