-- Since 16 the same membership may be granted by several; before, the second grant changes the first.
CREATE ROLE admins;
GRANT reader TO admins WITH ADMIN OPTION GRANTED BY :applier;
GRANT admins TO :applier;
GRANT reader TO writer WITH ADMIN OPTION GRANTED BY admins;
