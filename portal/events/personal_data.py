"""What the tables of the agenda hold of persons (see :mod:`providers.personal_data`)."""

from __future__ import annotations

from portal.events.erasure import AFTER_EVENT, forget, registrations_of
from providers.personal_data import harmless, personal

PUBLISHED = "written by staff to be published"

personal("portal.EventRegistration", "name email phone", AFTER_EVENT, trace=registrations_of, forget=forget)
harmless("portal.EventRegistration", "form_token", "drawn at random, to take no form twice")
harmless("portal.EventRegistration", "told", "a digest of what was said of the event")
harmless("portal.AgendaPage", "introduction", PUBLISHED)
harmless("portal.EventType", "name slug", PUBLISHED)
harmless(
    "portal.EventPage",
    "introduction status_note place_name address location organiser contact_phone contact_email"
    " price audience picture_alt description programme",
    PUBLISHED,
)
