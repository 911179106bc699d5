"""The operator's console: one call on one page."""
