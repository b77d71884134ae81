ALTER TABLE app.tags ADD color text, ADD author text;
ALTER TABLE app.notes ADD author_2 text;
