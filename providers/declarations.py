"""What the tables of the directory hold of persons (see :mod:`providers.personal_data`)."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from providers import access, invitations, reports
from providers.models import Provider
from providers.personal_data import Rule, Subject, harmless, personal

WITH_LISTING = Rule(
    "listing", _("published with the structure's agreement; ends with its listing, in the directory")
)
WITH_CENSUS = Rule("census", _("erased when the census has gone in or is given up"))
REPORTED = Rule(
    "report",
    _("erased 90 days after the report is closed, and after a year in any case"),
    purge=reports.purge,
)

ASKED = Rule(
    "access",
    _("erased 90 days after the request is answered, and after a year in any case"),
    purge=access.purge,
)
INVITED = Rule(
    "invitation",
    _("erased 90 days after the invitation is used or withdrawn, and after a year in any case"),
    purge=invitations.purge,
)

REFERENCE = "reference data, published by the State"
STAFF = "written by staff about a structure or a service, published or meant to be"
TECHNICAL = "codes and numbers of the software itself"


def _listings(subject: Subject) -> QuerySet[Provider]:
    asked = Q(pk__in=[])
    if subject.phone:
        asked |= Q(phone=subject.phone)
    if subject.email:
        asked |= Q(email__iexact=subject.email)
    return Provider.objects.filter(asked)


# A structure may be one person working alone.
personal(
    "providers.Provider",
    "name search_name slug siret sap_number description address postal_code location phone email website",
    WITH_LISTING,
    trace=_listings,
)
harmless("providers.Provider", "languages accessibility_note payment_note", STAFF)
harmless("providers.Offer", "summary price_text", STAFF)
harmless("providers.Operations", "opening_hours verification_source decision_note lock_note", STAFF)
harmless("providers.Availability", "note", STAFF)
harmless("providers.HoursException", "opening_hours note", STAFF)
harmless("providers.JobOpening", "title duration hours pay description how_to_apply", STAFF)
harmless("providers.ListingSubmission", "comment", STAFF)
harmless("providers.ListingLogEntry", "action object_id", TECHNICAL)
personal("providers.ListingLogEntry", "label data", WITH_LISTING)
harmless("providers.AdmissionPolicy", "explanation", STAFF)

# What a spreadsheet says of structures, and whatever else was in it.
personal("providers.CensusImport", "file", WITH_CENSUS)
personal("providers.CensusLine", "name record candidates decision changes faults notices", WITH_CENSUS)
harmless("providers.CensusImport", "file_name sheet mapping message totals admission_note", STAFF)

# What anybody may say of a listing, and where to answer them.
personal(
    "providers.ErrorReport",
    "words email answer entry_key",
    REPORTED,
    trace=reports.about,
    forget=reports.forget,
)
harmless("providers.ErrorReport", "doubts", TECHNICAL)

# Who asks to keep a listing, and who is invited to.
personal(
    "providers.AccessRequest",
    "structure name role email phone words answer entry_key",
    ASKED,
    trace=access.about,
    forget=access.forget,
)
harmless("providers.AccessRequest", "doubts", TECHNICAL)
personal("providers.Invitation", "email", INVITED, trace=invitations.about, forget=invitations.forget)
harmless("providers.Invitation", "key", TECHNICAL)

harmless("providers.LegalActivity", "code label short_label reference", REFERENCE)
harmless("providers.ServiceCategory", "name slug examples", STAFF)
harmless("providers.Service", "name slug summary synonyms inclusion_themes", STAFF)
harmless("providers.Epci", "siren name", REFERENCE)
harmless("providers.Commune", "insee_code name slug search_name contour", REFERENCE)
harmless("providers.PostalCode", "code", REFERENCE)
harmless("providers.CommuneEnding", "text", TECHNICAL)
harmless("providers.CommuneMisspelling", "key", TECHNICAL)
