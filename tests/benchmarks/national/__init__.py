"""Brenne beside the whole of France, on the same machine in one run: ``make bench-national``.

``bases`` says which bases there are and builds those that are missing
(``building`` invents the national offer); ``probe`` answers measures about one
base from a process of its own; ``report`` asks them in turns and prints.
"""
