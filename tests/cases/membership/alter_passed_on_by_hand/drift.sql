GRANT reader TO writer WITH ADMIN OPTION GRANTED BY :applier;
GRANT writer TO :applier;
-- Before 16 nobody notes who granted it, and etl stays a member.
GRANT reader TO etl GRANTED BY writer;
