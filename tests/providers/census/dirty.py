"""A census as a park really has it: 40 structures, every fault a spreadsheet gives, three lines truly wrong."""

from __future__ import annotations

from typing import Any

TITLE = "RECENSEMENT DES STRUCTURES – mise à jour du 12/03/2026"
HEADINGS = [
    "N°",
    "Nom / Raison sociale",
    "Statut",
    "N° SIRET",
    "Adresse",
    "CP",
    "Ville",
    "Tél.",
    "Mail",
    "Activités proposées",
    "Zone d'intervention",
    "Horaires",
    "CESU",
    "Date de mise à jour",
    "Remarques",
]
NAMES = """Aide et Répit|Bleu Jardin|Coup de Pouce|Dame Tartine|Entre Voisins|Fil à Fil|Grand Âge Serein|Haies et Pelouses
Intérim Solidaire|Jeunes Mamans|Kiosque à Repas|Les Petits Pas|Main Verte|Nid Douillet|Ouvrages du Bocage|Propre et Net
Quotidien Facile|Relais Familles|Soleil d’Automne|Tondeuse Express|Un Toit Propre|Val Services|Week-end Tranquille|Xylo Bricole
Yourte et Jardin|Zen Ménage|Atelier du Clou|Bonne Soupe|Chaleur Humaine|Douceur du Foyer|Étincelle|Flore et Taille
Gîte Net|Héron Dépannage|Îlot Câlin|Joli Linge|Kermesse des Repas|Lavandières|Moulin à Services|Nénuphar Aide""".replace(
    "\n", "|"
).split("|")

# What a spreadsheet or a hurried person makes of 02 61 91 30 nn.
PHONES = (
    lambda n: f"02.61.91.30.{n:02}",
    lambda n: f"02 61 91 30 {n:02}",
    lambda n: float(f"2619130{n:02}"),  # the first zero eaten
    lambda n: f"+33 (0)2 61 91 30 {n:02}",
    lambda n: f"02/61/91/30/{n:02}",
    lambda n: f"02-61-91-30-{n:02}",
    lambda n: f"02619130{n:02} ou 06 39 98 10 {n:02}",
    lambda n: f" 2 61 91 30 {n:02}",
)
PLACES = (
    # postal code, commune
    ("36300", "LE BLANC CEDEX"),
    (36290.0, "Mézières en Brenne"),
    ("36370", "BELABRE"),
    ("36800", "St Gaultier"),
    ("36300", "Rosnay"),
    ("", "36204"),
    ("36220", "Mérigny"),
    ("", "Thenay (36)"),
)
SERVICES = (
    "Ménage",
    "jardinage ; tonte",
    "Petit bricolage / ménage",
    "Portage de repas",
    "Ménage et repassage, petits travaux",
    "taille de haies",
    "MÉNAGE\nJardinage",
    "Portage de repas + ménage",
)
AREAS = ("tout le territoire", "20 km", "Le Blanc, Rosnay", "CC Brenne - Val de Creuse", "")
HOURS = ("lundi au vendredi : 9h à 12h et 14h-17h", "", "Mo-Fr 09:00-12:00", "tous les jours 8h-20h")
FORMS = ("association loi 1901", "SARL", "Micro-entreprise", "Asso.", "CCAS")
YES = ("oui", "X", "Non", "")
DATES = ("12/03/2026", 46093.0, "2026-03-12", "12.03.26")
SIRET = "73282932000074"


def structure(place: int) -> list[Any]:
    """The row of the structure number *place*, from 0."""

    def turn(choices: Any) -> Any:
        return choices[place % len(choices)]

    postal, commune = turn(PLACES)
    mail = f"contact@structure-{place + 1}.example"
    return [
        float(place + 1),
        NAMES[place] if place % 3 else NAMES[place].upper(),
        turn(FORMS),
        float(SIRET) if place == 4 else "",
        f"{place + 1} rue du Lavoir" if place % 2 else "",
        postal,
        commune,
        turn(PHONES)(place),
        turn((mail, f"mailto:{mail}", "", f"Contact <{mail}>")),
        turn(SERVICES),
        turn(AREAS),
        turn(HOURS),
        turn(YES),
        turn(DATES),
        turn(("", "à rappeler", "vu au forum")),
    ]


def rows(*, mended: bool = False) -> list[list[Any]]:
    """The sheet; three of its lines are wrong unless *mended*: see :data:`WRONG`."""
    structures = [structure(place) for place in range(len(NAMES))]
    if not mended:
        structures[6][3] = "1,2E+13"
        structures[17][6], structures[17][5] = "Trifouilly", ""
        structures[31][9] = "Portage de repas ; cartomancie"
    blank: list[Any] = [""] * len(HEADINGS)
    return [
        [TITLE],
        blank,
        HEADINGS,
        *structures[:20],
        blank,
        HEADINGS,  # the second page of what was printed
        *structures[20:],
        blank,
        ["", "TOTAL", "", "", "", "", "", 40.0],
    ]


# Row and heading of what is truly wrong.
WRONG = {(10, "SIRET"), (21, "Commune"), (37, "Services")}
