"""The observatory over 1,000 and 1,000,000 needs, on the same machine in one run: ``make bench-observatory``.

``log`` invents the requests, ``probe`` measures one base from a process of its
own, ``__main__`` builds the bases, asks and prints.
"""
