"""The evaluation of 2009 with the figures of the source; what it does not give stays blank."""

from __future__ import annotations

import datetime
from decimal import Decimal

from wagtail.models import Page

from intake.models import BudgetLine, EvaluationIndexPage, EvaluationPage, Funder
from intake.observatory.periods import last_closed_year
from portal.models import FooterLink, SiteIdentity

NARRATIVE = (
    "<h2>Une première année</h2><p>En 2008, le Parc constate que des services à domicile existent sur son territoire, "
    "que des habitants en ont besoin, et que les uns ne connaissent pas les autres. Un groupe de travail réunit les "
    "structures agréées et leurs partenaires\u00a0; un premier recensement dresse, commune par commune, la liste de ce qui "
    "est proposé. La ligne ouvre en janvier 2009\u00a0: une association répond, et oriente aussitôt vers les structures les "
    "plus proches.</p><h2>Ce que l’année a montré</h2><ul><li>132 appels ont été reçus.</li><li>Aucun ne demandait un "
    "service qui n’existe pas sur le territoire\u00a0: l’offre est là.</li><li>La difficulté est de se faire connaître\u00a0: peu "
    "de gens appellent, et personne ne sait dire pourquoi.</li></ul><p>La mise en place a demandé environ quatre mois "
    "d’ingénierie.</p>"
)

LATEST = (
    "<h2>Une année de plus</h2><p>Les habitants demandent d’abord le ménage et le petit jardinage. Le site reçoit "
    "désormais une partie des demandes\u00a0; le téléphone reste le plus utilisé.</p>"
)
COMMENTS = (
    "<p>Le groupe de travail retient trois points\u00a0:</p><ul><li>les délais restent longs au printemps pour le jardin\u00a0;"
    "</li><li>les communes du sud sont <b>moins bien desservies</b> pour les repas\u00a0;</li><li>les cartes laissées chez "
    "les médecins font venir des appels.</li></ul>"
)


def load_evaluations(home: Page) -> int:
    """Add the list of evaluations and that of 2009 under *home*, unless they are there; how many pages."""
    if EvaluationIndexPage.objects.exists():
        return 0
    index = home.add_child(
        instance=EvaluationIndexPage(
            title="Bilans",
            slug="bilans",
            introduction="Chaque année, ce qui a été demandé, ce qui a été trouvé, ce que le service a coûté.",
            show_in_menus=False,
        )
    )
    index.save_revision().publish()
    identity = SiteIdentity.objects.first()
    if identity:
        FooterLink.objects.create(identity=identity, page=index, sort_order=index.pk)
    page = EvaluationPage(
        title="Bilan 2009",
        slug="2009",
        first_day=datetime.date(2009, 1, 1),
        last_day=datetime.date(2009, 12, 31),
        summary="132 appels la première année, et aucun pour un service qui n’existe pas sur le territoire.",
        narrative=NARRATIVE,
    )
    page.budget_lines = [
        BudgetLine(
            sort_order=0,
            kind=BudgetLine.Kind.RUNNING,
            item="Fonctionnement de la ligne",
            detail="téléphone, ordinateur, ligne, abonnement et appels, personnel\u00a0; le détail n’est pas connu",
            amount=Decimal(17251),
            paid_by="l’association qui répond",
        ),
        BudgetLine(
            sort_order=1,
            kind=BudgetLine.Kind.COMMUNICATION,
            item="Communication",
            detail="cartes, affiches, soirée de lancement\u00a0; le détail n’est pas connu",
            amount=Decimal(3456),
            paid_by="le Parc",
        ),
    ]
    page.funders = [
        Funder(sort_order=place, name=name)
        for place, name in enumerate(
            [
                "Direction départementale du travail, de l’emploi et de la formation professionnelle",
                "Union européenne (Leader)",
                "Caisse des dépôts",
            ]
        )
    ]
    index.add_child(instance=page)
    page.save_revision().publish()
    return 1 + 1 + _add_latest(index)


def _add_latest(index: EvaluationIndexPage) -> int:
    """The evaluation of the last year that is closed, invented as its requests are."""
    year = last_closed_year()
    page = EvaluationPage(
        title=f"Bilan {year}",
        slug=str(year),
        first_day=datetime.date(year, 1, 1),
        last_day=datetime.date(year, 12, 31),
        summary="Bilan de démonstration\u00a0: les demandes, les montants et les avis de cette année sont inventés.",
        narrative=LATEST,
        comments=COMMENTS,
    )
    page.budget_lines = [
        BudgetLine(sort_order=place, kind=kind, item=item, amount=amount, paid_by=payer)
        for place, (kind, item, amount, payer) in enumerate(
            [
                (BudgetLine.Kind.RUNNING, "Personnel qui répond", Decimal(14200), "l’association qui répond"),
                (BudgetLine.Kind.RUNNING, "Téléphone et ligne", Decimal(940), "l’association qui répond"),
                (BudgetLine.Kind.RUNNING, "Hébergement du site", Decimal(360), "le Parc"),
                (BudgetLine.Kind.COMMUNICATION, "Affiches, cartes et dépliants", Decimal(1180), "le Parc"),
                (BudgetLine.Kind.COMMUNICATION, "Stands et réunions", Decimal(425), "le Parc"),
            ]
        )
    ]
    page.funders = [
        Funder(sort_order=0, name="Union européenne (Leader)", amount=Decimal(9000)),
        Funder(sort_order=1, name="Département"),
    ]
    index.add_child(instance=page)
    page.save_revision().publish()
    return 1
