"""The line: when it is open, how it is closed, what its answering machine took."""
