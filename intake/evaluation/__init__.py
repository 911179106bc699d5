"""The evaluation of a period: what it cost, what the public is shown of it."""
