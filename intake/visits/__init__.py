"""Visits of public pages: counted without persons, with the campaign that brought them."""
