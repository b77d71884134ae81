"""The form of the file (JR1xx)."""

from __future__ import annotations

from jwtroles.codes.code import Code

SPEC_UNREADABLE = Code(
    "JR100",
    "the specification cannot be read",
    "The file is not there, or the operating system does not let jwtroles read it.",
)
SPEC_TOO_LARGE = Code(
    "JR101",
    "the specification is too large",
    "A specification is written to be reviewed; past this size it is something else, and "
    "reading it could take all memory of a CI job.",
)
NOT_UTF8 = Code(
    "JR102",
    "the file is not UTF-8",
    "YAML files are UTF-8. Guessing another encoding could change a name without anyone noticing.",
)
FORBIDDEN_CHARACTER = Code(
    "JR103",
    "a character that no reviewer can see",
    "Control characters, line separators other than the usual ones and characters that change "
    "the direction of text make a file read differently from what it means. PostgreSQL cannot "
    "store U+0000 at all.",
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
    "No form of the language needs so many levels; the limit keeps hostile input from "
    "exhausting the stack.",
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
    "Inside braces each entry is `key: value`. YAML reads a lone word there as a key with "
    "nothing in it.",
)
WRONG_TYPE = Code(
    "JR113",
    "another kind of value is expected here",
    "The key takes a text, a number, a list or a map, and the file has something else.",
)
UNKNOWN_KEY = Code(
    "JR114",
    "unknown key",
    "A key that jwtroles does not know would have no effect, and a limit that somebody believes"
    " in would not be there.",
)
MISSING_KEY = Code(
    "JR115",
    "a key is missing",
    "Without this key, it is not decided what the entry means.",
)
UNKNOWN_VALUE = Code(
    "JR116",
    "unknown value",
    "The key takes one of a few words, and this is not one of them.",
)
SPLIT_AT_COMMA = Code(
    "JR118",
    "a value is split at a comma inside {…}",
    "Inside braces a comma ends a plain value: `{rows: f(a, b)}` is `f(a` and a key `b)`. Half "
    "a predicate is another predicate. The brackets `[` and `{` and a `?` end it as well, and so "
    "does a comma behind which YAML cannot go on, as in `{rows: f(a, 'b')}`.",
)
CUT_BY_COMMENT = Code(
    "JR119",
    "a predicate is cut short by a `#`",
    "YAML takes a `#` after a space for a comment, and `#`, `#>`, `#>>` and `#-` are operators "
    "of PostgreSQL: `a or meta #>> '{x}' = 'y'` silently becomes `a or meta`. So a plain "
    "predicate carries no comment on its line, not even a meant one.",
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
    "JR122",
    "the same item twice",
    "The second one has no effect; one of the two is a slip.",
)
DURATION = Code(
    "JR123",
    "not a duration",
    "A duration is a whole number with its unit: `30s`, `15m`, `1h`, `2d`.",
)
BAD_NAME = Code(
    "JR124",
    "not a usable name",
    "The name is empty, holds invisible characters, or is one that has to be a plain lower-case"
    " identifier because SQL text refers to it.",
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
    "TRUNCATE, REFERENCES, TRIGGER and MAINTAIN are not limited by any policy, so a token of "
    "one tenant could reach the rows of all.",
)
OUT_OF_RANGE = Code(
    "JR130",
    "a number out of range",
    "The value is smaller or larger than what makes sense here.",
)
NOT_JSON = Code(
    "JR131",
    "not a JSON value",
    "A token's payload is JSON, which has no infinity and no NaN.",
)
NOT_A_POINTER = Code(
    "JR132",
    "not a JSON Pointer",
    "The path of a claim is a JSON Pointer (RFC 6901): `/app_metadata/tenant_id`, where `~1` is"
    " a slash and `~0` a tilde.",
)
TEMPLATE_VALUE = Code(
    "JR133",
    "a value of a template that is more than a part of a name",
    "A value with a `*` would turn a name into a glob, and one with a dot would move it into "
    "another schema: what a template makes has to be seen in the template.",
)
UNKNOWN_VARIABLE = Code(
    "JR134",
    "a variable that the template does not have",
    "Inside a template `{svc}` is the value of a variable, which `for` declares.",
)
VARIABLE_IN_SQL = Code(
    "JR135",
    "a variable of a template in SQL",
    "A text that is put into SQL can change what the SQL means, and a reviewer would have to read "
    "every predicate that comes of it. Templates make names and globs.",
)
TEMPLATE_COLLIDES = Code(
    "JR136",
    "a template makes a name that is there already",
    "One of the two would be lost, with the rights or limits that somebody reviewed.",
)
TEMPLATE_TOO_LARGE = Code(
    "JR137",
    "a template stands for too much",
    "Several variables stand for each combination of their values, which grows fast.",
)
NOT_A_COLUMN = Code(
    "JR138",
    "not a column of the form `schema.table.column`",
    "A group of columns names each with its table and schema, any of which may hold `*`.",
)
OUTSIDE_FOLDER = Code(
    "JR139",
    "a path that leads out of the folder",
    "A specification reads nothing outside its folder: it may come from a stranger's pull request, "
    "and errors show lines of what was read.",
)
NO_SUCH_FILE = Code(
    "JR140",
    "no such file",
    "What the specification names is not there, and without it a part would be missing.",
)
INCLUDED_TWICE = Code(
    "JR141",
    "a file is included twice",
    "A file is read once. Included by two, by itself or in a circle, its rules would count twice.",
)
TOO_MANY_FILES = Code(
    "JR142",
    "too many files",
    "A specification is written to be reviewed; past this size it is something else, and reading "
    "it could take all memory of a CI job.",
)
NOT_KEYS = Code(
    "JR143",
    "neither the path of a JWKS document nor a variable",
    "`keys` is one file for each environment, or one variable: `{environment}` is the only part of "
    "a path that is filled in.",
)
SECRET_IN_SPEC = Code(
    "JR144",
    "a secret in the specification",
    "Whoever reads the file could sign tokens of any role. A secret stands in a variable of the "
    "process environment, and the file names the variable.",
)
ONE_OR_MANY = Code(
    "JR145",
    "one database and many at once",
    "An environment is one database or many of them. With both, nobody would know which are meant.",
)
EMBEDDED_AMONG_MANY = Code(
    "JR146",
    "the embedded server among many databases",
    "It is a server of this machine with one database, which jwtroles makes when it is needed.",
)
SERVICE_ROLE = Code(
    "JR150",
    "a role of the managed service",
    "What `database.hosted_by` names has roles of its own, which its programs and its staff use. "
    "They are not for a file to declare, to adopt or to connect as.",
)
SERVICE_SCHEMA = Code(
    "JR151",
    "a schema of the managed service",
    "Its objects belong to the service, and what it grants there is what its programs need.",
)
NOT_A_QUERY = Code(
    "JR147",
    "not one SELECT",
    "The query under `databases` says where databases are, and changes nothing.",
)
VARIABLE_ALONE = Code(
    "JR169",
    "a variable inside a longer address",
    "A variable of the process environment stands alone, as the whole address of a database. "
    "Inside an address a stranger's file could send any secret of the environment to a host of its "
    "choice, or have it printed as a host that does not answer.",
)
