CREATE ROLE editor;
