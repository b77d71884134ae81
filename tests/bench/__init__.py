"""Measurements side by side, run by `make bench` alone: no test's outcome depends on a clock."""
