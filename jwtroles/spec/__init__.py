"""The language: its types, how a file is read into them, and what a file is judged by alone."""
