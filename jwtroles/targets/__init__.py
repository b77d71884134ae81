"""Many databases under one file: which they are, and how they are planned and applied together.

environment ──resolve──► Targets ──plan, each by itself──► Fleet ──apply──► Outcomes

Each target is one database with a plan, a transaction and a proof of its own. What is common to
them is told once: targets whose plans are alike are one group.
"""
