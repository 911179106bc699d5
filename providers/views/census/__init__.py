"""The census in Wagtail's admin: send a file, match its columns, look, decide, let it go in."""
