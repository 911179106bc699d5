from .access import AccessRequest, Departure, Invitation
from .census import CensusImport, CensusLine
from .coverage import Coverage
from .freshness import FreshnessPolicy
from .gazetteer import CommuneEnding, CommuneMisspelling
from .jobs import JobOpening
from .listing import Offer, Provider
from .nomenclature import LegalActivity, Service, ServiceCategory
from .operations import AdmissionPolicy, Availability, HoursException, Manager, Operations
from .reports import ErrorReport
from .submissions import ListingLogEntry, ListingSubmission
from .territory import Commune, Epci, PostalCode

__all__ = [
    "AccessRequest",
    "AdmissionPolicy",
    "Availability",
    "CensusImport",
    "CensusLine",
    "Commune",
    "CommuneEnding",
    "CommuneMisspelling",
    "Coverage",
    "Departure",
    "Epci",
    "ErrorReport",
    "FreshnessPolicy",
    "HoursException",
    "Invitation",
    "JobOpening",
    "LegalActivity",
    "ListingLogEntry",
    "ListingSubmission",
    "Manager",
    "Offer",
    "Operations",
    "PostalCode",
    "Provider",
    "Service",
    "ServiceCategory",
]
