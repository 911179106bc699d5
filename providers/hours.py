"""placeholder replaced soon"""


def validate_hours(text: str) -> None:
    pass
