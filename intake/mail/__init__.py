"""E-mails: what is told to whom, queued with what it announces, delivered."""
