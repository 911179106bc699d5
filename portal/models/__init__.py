from .accessibility import AccessibilityFailing, AccessibilityPage
from .agenda import AgendaPage
from .event_dates import EventDate, EventDocument, EventOccurrence
from .events import EventPage, EventType
from .group import GroupMember, GroupNotePage, MeetingPage, WorkingGroupPage
from .home import HomePage
from .identity import FooterLink, SiteIdentity
from .news import NewsCategory, NewsIndexPage, NewsPage
from .notices import ContactPage, LegalPage
from .pages import ContentPage, PublicPage
from .publications import PublicationFile, PublicationIndexPage, PublicationPage
from .questions import QuestionsPage
from .registration import EventRegistration

__all__ = [
    "AccessibilityFailing",
    "AccessibilityPage",
    "AgendaPage",
    "ContactPage",
    "ContentPage",
    "EventDate",
    "EventDocument",
    "EventOccurrence",
    "EventPage",
    "EventRegistration",
    "EventType",
    "FooterLink",
    "GroupMember",
    "GroupNotePage",
    "HomePage",
    "LegalPage",
    "MeetingPage",
    "NewsCategory",
    "NewsIndexPage",
    "NewsPage",
    "PublicPage",
    "PublicationFile",
    "PublicationIndexPage",
    "PublicationPage",
    "QuestionsPage",
    "SiteIdentity",
    "WorkingGroupPage",
]
