"""Accounts: signing in, invitations answered, requests of structures, the second factor, leaving.

Passwords, codes and second factors are allauth's; what is asked, who is invited
and who has left are rules of the directory (``providers.access``, ``providers.invitations``).
"""
