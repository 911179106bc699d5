"""Communes, groups of communes and services as a cell names them, each looked up once per file."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _

from providers.lookup import find_communes, find_services
from providers.models import Commune, Epci, Service
from providers.naming import normalise

from .cells import CellFault, read_digits, split_list

_RADIUS = re.compile(
    r"(?:dans |sur )?(?:un )?(?:rayon|perimetre|a|jusqu a|moins|within)?\s*(?:de\s+|d environ\s+)?"
    r"(\d{1,3})\s*(?:kms?|kilometres?)\b"
    r"(?: (?:maximum|maxi|max|environ|a la ronde|alentour|aux alentours|autour|autour de la base))?"
    r"(?: (?:autour )?(?:de|du|d) (?P<centre>.+))?"
)
_WHOLE = re.compile(
    r"(?:(?:sur|dans|le|la|l|de|du|des|tout|toute|tous|toutes|ensemble|totalite|integralite|the|whole) )*"
    r"(?:territoire|parc|pnr|territory|park|toutes les communes)"
    r"(?: (?:naturel|regional|entier|du|parc|territoire|pnr))*|toutes|tout"
)
# "Le Blanc (36018)", "Le Blanc (36300)", "Le Blanc (36)"
_WITH_CODE = re.compile(r"(.*?)\(\s*(\w{2,5})\s*\)\s*")
_GROUPS = re.compile(r"(?:cc|ca|cu|communaute (?:de communes|d agglomeration|urbaine)) (?:(?:de|du|des) )?")


def _names(rows: list[Any]) -> str:
    return ", ".join(str(row) for row in rows[:6])


def _named(communes: list[Commune]) -> str:
    return ", ".join(f"{commune.name} ({commune.insee_code})" for commune in communes[:6])


def no_area() -> dict[str, Any]:
    """The rule of coverage that names no commune."""
    return {"territory": False, "km": None, "epcis": [], "communes": []}


class Places:
    """What is already known of the territory and of the services, for one reading of a file."""

    def __init__(self) -> None:
        self._communes: dict[tuple[str, str, str], tuple[Commune, str] | CellFault] = {}
        self._services: dict[str, list[Service] | CellFault] = {}
        self._epcis = self._groups()
        self._exact: dict[str, list[Service]] = {}
        services = list(Service.objects.current().select_related("legal_activity"))
        # A listing may still offer a service that is retired since: it is known by its very name.
        retired = {normalise(service.name): [service] for service in Service.objects.all()}
        # The strongest last: a name hides a synonym, a synonym the wording of the law.
        for service in services:
            if service.legal_activity:
                for words in (service.legal_activity.code, service.legal_activity.label):
                    self._exact.setdefault(normalise(words), []).append(service)
        said: dict[str, list[Service]] = {}
        for service in services:
            for words in service.synonyms.splitlines():
                said.setdefault(normalise(words), []).append(service)
        self._exact = (
            retired | self._exact | said | {normalise(service.name): [service] for service in services}
        )
        self._exact.pop("", None)

    def _groups(self) -> dict[str, Epci]:
        """Groups of communes by name, with and without what kind they are, and by SIREN."""
        known: dict[str, Epci] = {}
        for epci in Epci.objects.all():
            known |= {normalise(epci.name): epci, epci.siren: epci}
        bare = {_GROUPS.sub("", name, count=1): epci for name, epci in known.items()}
        taken = set(Commune.objects.filter(search_name__in=bare).values_list("search_name", flat=True))
        return {name: epci for name, epci in bare.items() if name not in taken} | known

    def commune(self, text: str, postal_code: str = "", *, column: str = "commune") -> tuple[Commune, str]:
        """The one commune that *text* names, and what had to be understood ("" when it is written there).

        Takes a name, an INSEE code, a postal code, "Le Blanc (36018)"; in the
        columns of codes, that code alone. *postal_code* tells namesakes apart.
        CellFault with what was expected: a near spelling is proposed, never taken.
        """
        key = (normalise(text), postal_code, column)
        if key not in self._communes:
            try:
                self._communes[key] = self._find_commune(text, postal_code, column)
            except CellFault as fault:
                self._communes[key] = fault
        found = self._communes[key]
        if isinstance(found, CellFault):
            raise found
        return found

    def _find_commune(self, text: str, postal_code: str, column: str) -> tuple[Commune, str]:
        if re.fullmatch(r"[\d\s.,eE+]+|\s*2[abAB]\d{3}\s*", text):
            return self._by_code(read_digits(text).zfill(5).upper(), postal_code, column)
        if (coded := _WITH_CODE.fullmatch(text)) and (found := self._with_code(coded[1], coded[2].upper())):
            return found, ""
        # "LE BLANC CEDEX", "Le Blanc 36300": what the post adds is not the name.
        plain = re.sub(r"\bcedex(?: \d+)?\b", "", normalise(text)).strip()
        found_communes = find_communes(plain)
        certain = [commune for commune in found_communes if commune.search_name == plain]
        if any(re.fullmatch(r"\d{5}", word) for word in plain.split()):
            certain = found_communes
        if postal_code and not (len(certain) == 1 and self._has_postal_code(certain[0], postal_code)):
            certain = list(_communes(search_name=plain, postal_codes__code=postal_code)) or certain
        if len(certain) == 1:
            return certain[0], self._disagreement(certain[0], postal_code)
        if certain:
            raise self._several(certain)
        if found_communes:
            raise CellFault(_("a commune; did you mean %(names)s?") % {"names": _named(found_communes)})
        raise self._none()

    def _by_code(self, code: str, postal_code: str, column: str) -> tuple[Commune, str]:
        # Many codes are both: 36220 is the INSEE code of one commune and the postal code of others.
        numbered = [] if column == "postal_code" else list(_communes(insee_code=code))
        if column == "insee_code" and not numbered:
            numbered = list(Commune.objects.defer("contour").filter(insee_code=code))
        posted = [] if column == "insee_code" and numbered else list(_communes(postal_codes__code=code))
        found = list({commune.pk: commune for commune in numbered + posted}.values())
        if len(found) > 1:
            raise self._several(found)
        if not found:
            raise self._none()
        if numbered:
            return found[0], self._disagreement(found[0], postal_code)
        return found[0], _("“%(text)s” understood as “%(commune)s”") % {"text": code, "commune": found[0]}

    def _with_code(self, name: str, code: str) -> Commune | None:
        """The commune of this name whose INSEE code, postal code or département is *code*.

        By name and INSEE code, one that is retired since is known too: listings may still name it.
        """
        exact = Commune.objects.defer("contour").filter(insee_code=code, search_name=normalise(name)).first()
        if exact is not None:
            return exact
        for commune in _communes(search_name=normalise(name)):
            if commune.insee_code.startswith(code) or self._has_postal_code(commune, code):
                return commune
        return None

    def _has_postal_code(self, commune: Commune, code: str) -> bool:
        return commune.postal_codes.filter(code=code).exists()

    def _disagreement(self, commune: Commune, postal_code: str) -> str:
        """A word about a postal code that is known, and another commune's."""
        if (
            not postal_code
            or self._has_postal_code(commune, postal_code)
            or not _communes(postal_codes__code=postal_code).exists()
        ):
            return ""
        return _("%(code)s is not a postal code of %(commune)s") % {"code": postal_code, "commune": commune}

    def _several(self, communes: list[Commune]) -> CellFault:
        return CellFault(
            _("one commune; several answer to this: %(names)s. Give the INSEE code")
            % {"names": _named(communes)}
        )

    def _none(self) -> CellFault:
        return CellFault(_("a commune of the territory or around it, by its name, INSEE code or postal code"))

    def services(self, text: str) -> tuple[list[Service], list[str]]:
        """The services of a cell, and what was understood rather than read ("tonte → Petit jardinage").

        One or several: new lines, ; | / , + & " - " and "et" part them. CellFault
        names the part that is not understood, or may mean several.
        """
        found: dict[int, Service] = {}
        notices = []
        for part in split_list(text):
            for piece in self._pieces(part):
                for service in self._service(piece):
                    if normalise(service.name) != normalise(piece):
                        notices.append(
                            _("“%(text)s” understood as “%(service)s”") % {"text": piece, "service": service}
                        )
                    found[service.pk] = service
        if not found:
            raise CellFault(_("at least one service of the site"))
        return list(found.values()), notices

    def _pieces(self, text: str) -> list[str]:
        """*text* cut at its weak separators, except inside what is known by that very name."""
        cut = re.split(r"(\s*[,/+&]\s*|\s+(?:et|-|–)\s+)", text)
        pieces, start = [], 0
        while start < len(cut):
            # Separators are at odd places; the longest run that is known wins.
            for end in range(len(cut), start, -2):
                run = "".join(cut[start:end])
                if end == start + 1 or normalise(run) in self._exact:
                    pieces.append(run.strip())
                    start = end + 1
                    break
        return [piece for piece in pieces if piece]

    def _service(self, text: str) -> list[Service]:
        if text not in self._services:
            answers = self._exact.get(normalise(text)) or find_services(text)
            if len(answers) == 1:
                self._services[text] = answers
            elif answers:
                self._services[text] = CellFault(
                    _("one service for “%(text)s”, which may mean: %(names)s")
                    % {"text": text, "names": _names(answers)}
                )
            else:
                self._services[text] = CellFault(
                    _("a service of the site; “%(text)s” is none of them") % {"text": text}
                )
        known = self._services[text]
        if isinstance(known, CellFault):
            raise known
        return known

    def area(self, text: str, base: str = "") -> dict[str, Any]:
        """A rule of coverage: ``{territory, km, epcis (SIREN), communes (INSEE)}``.

        "tout le territoire", "20 km", groups of communes and communes, parted
        by new lines, ; | or by commas, "/", " - " and "et". *base* is the INSEE code
        of the structure's commune, from which distances are counted.
        """
        rule = no_area()
        for part in split_list(text):
            try:
                self._add_area(rule, part, base)
            except CellFault:
                pieces = [piece for piece in re.split(r"\s*[,/]\s*|\s+(?:et|-|–)\s+", part) if piece.strip()]
                if len(pieces) == 1:
                    raise
                for piece in pieces:
                    self._add_area(rule, piece, base)
        rule["epcis"], rule["communes"] = sorted(set(rule["epcis"])), sorted(set(rule["communes"]))
        return rule

    def _add_area(self, rule: dict[str, Any], text: str, base: str) -> None:
        plain = normalise(text)
        group = self._epcis.get(plain) or self._epcis.get(_GROUPS.sub("", plain, count=1))
        if group:
            rule["epcis"].append(group.siren)
        elif radius := _RADIUS.fullmatch(plain):
            if not 1 <= int(radius[1]) <= 200:
                raise CellFault(_("a distance from 1 to 200 km"))
            if radius["centre"] and self._centre(radius["centre"]) != base:
                raise CellFault(
                    _("a distance counted from the structure’s own commune; “%(text)s” is not")
                    % {"text": text}
                )
            rule["km"] = int(radius[1])
        elif _WHOLE.fullmatch(plain):
            rule["territory"] = True
        else:
            try:
                rule["communes"].append(self.commune(text)[0].insee_code)
            except CellFault as fault:
                raise CellFault(
                    _(
                        "“tout le territoire”, “20 km”, groups of communes or communes; “%(text)s” is none: %(why)s"
                    )
                    % {"text": text, "why": fault}
                ) from None

    def _centre(self, name: str) -> str:
        """INSEE code of the commune around which a distance is counted ("" for none)."""
        for candidate in (name, f"le {name}", f"les {name}"):
            try:
                return self.commune(candidate)[0].insee_code
            except CellFault:
                continue
        return ""


def _communes(**conditions: Any) -> Any:
    return Commune.objects.current().defer("contour").filter(**conditions).distinct()
