from .coverage import Coverage
from .listing import Offer, Provider
from .nomenclature import LegalActivity, Service, ServiceCategory
from .operations import AdmissionPolicy, Availability, HoursException, Manager, Operations
from .territory import Commune, Epci, PostalCode

__all__ = [
    "AdmissionPolicy",
    "Availability",
    "Commune",
    "Coverage",
    "Epci",
    "HoursException",
    "LegalActivity",
    "Manager",
    "Offer",
    "Operations",
    "PostalCode",
    "Provider",
    "Service",
    "ServiceCategory",
]
