"""What each part of the intake adds to Wagtail's admin."""
