"""The declaration of the language, one module for each part of the file.

`FILE` in `jwtroles.spec.grammar.file` is the whole. What needs more than one place of the file to
be judged is in `jwtroles.spec.checks`.
"""
