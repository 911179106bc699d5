"""SIRET numbers: 14 digits with a check key."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LA_POSTE = "356000000"  # its establishments follow a rule of their own


def is_siret(digits: str) -> bool:
    """Whether *digits* is a SIRET: Luhn's key, or the digit sum for La Poste (Insee)."""
    if len(digits) != 14 or not (digits.isascii() and digits.isdigit()):
        return False
    if digits.startswith(LA_POSTE) and digits != LA_POSTE + "00048":
        return sum(map(int, digits)) % 5 == 0
    total = 0
    for place, digit in enumerate(map(int, reversed(digits))):
        total += digit if place % 2 == 0 else sum(divmod(digit * 2, 10))
    return total % 10 == 0


def validate_siret(text: str) -> None:
    """Refuse a SIRET whose length or key is wrong."""
    if not is_siret("".join(text.split())):
        raise ValidationError(
            _(
                "This is not a SIRET number: 14 digits, the last of which checks the others. Copy it from your notice from Insee."
            ),
            code="invalid_siret",
        )
