"""Measures, beside their references, in one run: ``make bench``."""
