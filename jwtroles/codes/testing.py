"""The tests of the file (JR7xx)."""

from __future__ import annotations

from jwtroles.codes.code import Code

TEST_TABLE_HOLDS_ROWS = Code(
    "JR701",
    "a table of the tests holds rows",
    "A test says which rows there are. In a table that holds others its numbers would mean "
    "nothing, and real rows are not what tests should touch.",
)
TEST_CANNOT_ACT = Code(
    "JR702",
    "the tests cannot act as a role that they need",
    "A test puts its rows in as the table's owner and then acts as the login of connect_as, so "
    "the connected role must be able to become both.",
)
TEST_GIVEN = Code(
    "JR703",
    "the rows of a test cannot be put in",
    "What stands under `given` does not fit the table: a column, a value or a constraint.",
)
TEST_STATEMENT = Code(
    "JR704",
    "a test runs one SQL statement that leaves the transaction open",
    "Everything that a test does is rolled back, which COMMIT and ROLLBACK would prevent; COPY "
    "from and to the client is no statement of its own. What PostgreSQL's grammar does not know "
    "is refused too. The file does not load.",
)
TEST_NOT_APPLIED = Code(
    "JR705",
    "the database has nothing to test yet",
    "Tests run against what `apply` has made: the roles, the policies and the schema jwtroles.",
)
