from .counters import CampaignVisits, DirectoryVisits, NetworkCount, UnansweredSearch
from .drafts import CallDraft
from .duties import Duty
from .evaluation import BudgetLine, EvaluationIndexPage, EvaluationPage, Funder
from .follow_up import FollowUp, UnmetCase
from .form_page import RequestFormPage
from .hotline import Hotline, HotlineClosure
from .institutions import Institution
from .needs import Need, Referral
from .observatory import CountedMonth, MonthlyCount, PublishedMonths, PublishedYear
from .observatory_page import ObservatoryPage
from .outbox import OutboxMessage
from .requests import Requester, RequestLogEntry, ServiceRequest
from .settings import IntakeSettings
from .sources import Campaign, HeardFrom
from .voicemail import CallbackAttempt, Voicemail

__all__ = [
    "BudgetLine",
    "CallDraft",
    "CallbackAttempt",
    "Campaign",
    "CampaignVisits",
    "CountedMonth",
    "DirectoryVisits",
    "Duty",
    "EvaluationIndexPage",
    "EvaluationPage",
    "FollowUp",
    "Funder",
    "HeardFrom",
    "Hotline",
    "HotlineClosure",
    "Institution",
    "IntakeSettings",
    "MonthlyCount",
    "Need",
    "NetworkCount",
    "ObservatoryPage",
    "OutboxMessage",
    "PublishedMonths",
    "PublishedYear",
    "Referral",
    "RequestFormPage",
    "RequestLogEntry",
    "Requester",
    "ServiceRequest",
    "UnansweredSearch",
    "UnmetCase",
    "Voicemail",
]
