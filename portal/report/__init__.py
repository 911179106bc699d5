"""The yearly report on paper and as files: what :mod:`intake.report` says, printed by Typst, kept, downloaded."""
