from .hotline import Hotline, HotlineClosure

__all__ = ["Hotline", "HotlineClosure"]
