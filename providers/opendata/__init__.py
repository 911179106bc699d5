"""What the public may take away: the directory as files, as data.inclusion and as an HSDS API.

Only what the directory shows (:meth:`ProviderQuerySet.listed`), under the
Licence Ouverte 2.0. Nobody who keeps a listing is named. Sole traders often work
from their home: their street and their own point stay on their page.
"""
