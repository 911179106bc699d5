"""A read API in the words of Open Referral's Human Services Data Specification, HSDS 3.1.

A structure is an organization, the service of a structure (in all its modes) a
service, its base a location. Services are given at the resident's home: where
they come is the service area, and the location is where the teams start from.
"""

VERSION = "3.1"
