"""What protects public forms, which set no cookie: reused by every form that writes.

Nothing here refuses a person: a doubtful entry is kept and flagged.
"""
