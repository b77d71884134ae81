CREATE ROLE admins;
GRANT reader TO admins WITH ADMIN OPTION GRANTED BY :applier;
GRANT admins TO :applier;
GRANT reader TO writer GRANTED BY admins;
