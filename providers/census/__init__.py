"""The census: structures brought in from a spreadsheet, and given back as one.

A file is read into rows (:mod:`.files`, :mod:`.workbooks`), its columns are
recognised (:mod:`.header`), every cell is read by its column (:mod:`.columns`,
:mod:`.cells`), the structures already known are recognised
(:mod:`.recognition`), the result is shown (:mod:`.analysis`) and goes in whole
or not at all (:mod:`.application`). :mod:`.export` writes the same columns.
"""
