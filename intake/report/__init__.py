"""The yearly report: one content, read from what was published or, inside the house, from the log; then printed,
shown as a page or saved as a spreadsheet.
"""
