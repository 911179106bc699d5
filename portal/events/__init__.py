"""Events: when they take place, in words, in calendars, and who registers for them."""
