from .identity import SiteIdentity
from .pages import ContentPage, HomePage

__all__ = ["ContentPage", "HomePage", "SiteIdentity"]
