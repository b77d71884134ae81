GRANT exampleuser TO :applier WITH ADMIN OPTION;
