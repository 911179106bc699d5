"""The observatory of needs: what was asked, where, and whether it was met.

``figures`` says what each number means, ``reading`` counts them true, for those
who take requests; ``catalogue`` lists the only tables the public gets, and
``published`` is what was published of them, year by year, for ever.
"""
