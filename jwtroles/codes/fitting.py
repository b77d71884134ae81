"""The file against the database (JR3xx)."""

from __future__ import annotations

from jwtroles.codes.code import Code

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
    "no such object in the database",
    "The file grants on a sequence, function, type, schema or large object that this database "
    "does not have.",
)
POLICY_ON_VIEW = Code(
    "JR305",
    "rows of something that cannot have row security",
    "Row security exists for ordinary and partitioned tables alone, not for views or foreign "
    "tables.",
)
NO_SUCH_TYPE = Code(
    "JR306",
    "no such type in the database",
    "A claim, a parameter or a result has a type that this database does not know.",
)
NOT_OURS = Code(
    "JR307",
    "an object of this name exists and is not jwtroles'",
    "A role, view, function or schema of that name exists without our mark. Taking it over "
    "silently could change access that somebody else relies on.",
)
RESERVED_ROLE = Code(
    "JR308",
    "a role that no token may become",
    "Superusers, roles with BYPASSRLS, CREATEROLE or REPLICATION, system roles and owners of "
    "tables stand above row security.",
)
WRONG_OWNER = Code(
    "JR309",
    "the schema belongs to another role than the file says",
    "`database.owner` is what the file expects; the catalog says otherwise.",
)
NO_TENANT_COLUMN = Code(
    "JR312",
    "tables under a tenancy floor lack its column",
    "A table in the globs of a floor without the column that the floor compares would have no "
    "floor.",
)
COMBINES = Code(
    "JR314",
    "inherited columns and rows combine to more than either says",
    "PostgreSQL adds up column grants and policies of a role and its parents separately, so "
    "columns of one can be changed on rows of the other.",
)
CANNOT_INSERT = Code(
    "JR315",
    "an insert that can never succeed",
    "The columns of an INSERT leave out a column of the tenancy floor that must not be null.",
)
CALLED_BY = Code(
    "JR316",
    "a function that others call unseen",
    "Defaults, checks, generated columns, domains, indexes, partition keys, conditions of "
    "triggers, policies, views and rules call functions with the rights of whoever reads or "
    "writes. Without EXECUTE for PUBLIC they fail for all who are not given it.",
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
UNKNOWN_COLUMN = Code(
    "JR320",
    "a column that does not exist",
    "The condition names a column that no table in reach has.",
)
UNKNOWN_RELATION = Code(
    "JR321",
    "a table that does not exist",
    "The condition reads a table or view that the database does not have, or names an alias "
    "that is not in reach.",
)
COLUMN_AND_PREDICATE = Code(
    "JR322",
    "a column and a named predicate of one name",
    "A bare word could mean either of them, and a reader cannot tell which.",
)
AMBIGUOUS_COLUMN = Code(
    "JR323",
    "a column that could be of two tables",
    "Inside a subquery, a bare column name is taken from the nearest table that has it. Where "
    "several have it, the reader has to know all their columns to tell which is meant.",
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
    "To read the table PostgreSQL applies its policies, which read the table: every statement "
    "fails with infinite recursion.",
)
UNKNOWN_FUNCTION = Code(
    "JR326",
    "a function that cannot be found",
    "Policies are made and compared with nothing but pg_catalog in the search path, so that no "
    "schema can slip another function in.",
)
UNSTABLE_FUNCTION = Code(
    "JR327",
    "a volatile or set-returning function",
    "A volatile function gives another answer at each call or has effects, and one that returns"
    " a set has no truth value. Where only some functions of the name are so, the choice among "
    "them depends on types, and the call is refused too.",
)
UNKNOWN_TYPE = Code(
    "JR328",
    "a type that cannot be found",
    "Policies are made and compared with nothing but pg_catalog in the search path: types of "
    "your own are named with their schema.",
)
PARAMETER_IS_COLUMN = Code(
    "JR330",
    "a parameter named like a column",
    "In a function's body the column wins silently: the query would compare the column with "
    "itself and return every row.",
)
COLUMNS_NOT_KNOWN = Code(
    "JR331",
    "a column whose table is not certain",
    "A function or an expression in FROM has columns that only PostgreSQL knows; a bare name "
    "might be one of them.",
)
JOINS_NOTHING = Code(
    "JR332",
    "a join condition that joins nothing",
    "A floor through another table holds where the row's own parent is visible. A condition "
    "that leaves out one of the two tables lets every row pass, or none.",
)
COLUMN_AND_LOOKUP = Code(
    "JR356",
    "a lookup and a column of one name",
    "The name would mean the lookup on one table and the column on another.",
)
LOOKUP_COLUMNS = Code(
    "JR357",
    "a lookup of several columns",
    "A lookup is one list of values: its SELECT has one column.",
)
NO_TABLE_WITH_COLUMN = Code(
    "JR358",
    "a floor that stands nowhere",
    "`where_column` picks the tables that have the column, and none of the floor's has it.",
)
SERVER_REFUSES = Code(
    "JR340",
    "PostgreSQL refuses an expression",
    "The server itself could not parse or type the expression against the table's columns.",
)
NO_COLUMN_IN_GROUP = Code(
    "JR344",
    "a group of columns that matches nothing",
    "`except` keeps the columns of a group from a role. A pattern without a column in this "
    "database is a slip, and the column that was meant would be granted.",
)
GROUP_AND_COLUMN = Code(
    "JR345",
    "a group and a column of one name",
    "Under `except` the name could mean either of them, and a reader cannot tell which.",
)
NO_COLUMN_LEFT = Code(
    "JR346",
    "`except` leaves no column",
    "Nothing of the table would be granted, though the file names it.",
)
NO_SUCH_ROLE = Code(
    "JR361",
    "no such role in the database",
    "A role of others, such as a hosting platform's, one that a policy is for or one whose member "
    "a role of the file is, is never created here, so it has to be there.",
)
KEPT_TOO_LONG = Code(
    "JR364",
    "the time of something kept is over",
    "An entry of `keep` is an exception with an end. A plan that silently went on would either "
    "keep it for good, or take it away without a word.",
)
ONLY_POLICIES = Code(
    "JR362",
    "more than policies on a table of policies_only",
    "Grants and row security of such a table are its owner's; the file has its policies alone.",
)
SECURITY_OFF = Code(
    "JR363",
    "policies on a table without row security",
    "PostgreSQL keeps policies of a table whose row security is off, and does not apply them. "
    "Turning it on is up to the owner of a table under policies_only.",
)
FLOOR_WITHOUT_TOKEN = Code(
    "JR350",
    "a view or query that shows a role without a token nothing",
    "Views and queries stand under the floors. A role with `token: false` has no claims, so a "
    "floor that compares with one lets no row through.",
)
NO_MAINTAIN = Code(
    "JR351",
    "a privilege that this server does not have",
    "MAINTAIN came with PostgreSQL 17. An older server would refuse the GRANT.",
)
NO_SNAPSHOT = Code(
    "JR370",
    "no snapshot that can be read",
    "The file of --catalog or --against is not there, is damaged, or has the form of another "
    "version of jwtroles.",
)
NOT_COVERED = Code(
    "JR371",
    "a snapshot of something else",
    "A snapshot holds what the file was about when it was taken: its schemas, the functions and "
    "types of PostgreSQL and of those schemas. What was not read cannot be planned against.",
)
UNVERIFIED = Code(
    "JR372",
    "a condition that no server has printed",
    "Whether two conditions are the same is told by how PostgreSQL prints them. A snapshot "
    "holds that for the conditions that the file had then. Another one is shown as changed, and "
    "may be only another spelling of what is there. A plan with the database tells.",
)
CATALOG_NEEDED = Code(
    "JR373",
    "compiling needs to know the tables",
    "What a bare name in a condition means depends on the columns of the tables around it, and "
    "a glob on the tables there are. A guess would change who may do what.",
)
BOTH_NAMES = Code(
    "JR352",
    "the old name and the new one are both there",
    "`was` renames one object. Where the database has both, one of them is something else, and "
    "which one is meant is not for jwtroles to guess.",
)
