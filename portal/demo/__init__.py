"""The demonstration: the true territory, invented structures, accounts to try."""
