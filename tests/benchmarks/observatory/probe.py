"""``python -m tests.benchmarks.observatory.probe NEEDS``: fills the base, then says how long each page takes (JSON)."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

ROUNDS = 7


def timed(what: Callable[[], Any]) -> tuple[float, float]:
    """Seconds of CPU of this process, and seconds on the clock, the database's among them: the best of ROUNDS."""
    cpu, clock = [], []
    for _ in range(ROUNDS):
        at, begun = time.process_time(), time.perf_counter()
        what()
        cpu.append(time.process_time() - at)
        clock.append(time.perf_counter() - begun)
    return min(cpu), min(clock)


def main(needs: int) -> dict[str, Any]:
    import django

    django.setup()
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.test import Client

    from intake.models import Need
    from intake.observatory import closing, stored
    from intake.observatory.periods import Period
    from intake.observatory.published import years
    from providers import generation
    from providers.models import Commune
    from tests.benchmarks.observatory import log

    log.fill(needs)
    begun = time.process_time()
    stored.refresh()
    counted = time.process_time() - begun
    closing.close_years()
    client, visitor = Client(), Client()
    client.force_login(get_user_model().objects.get(username="accueil"))
    board = f"{settings.ADMIN_PATH}observatoire/"
    whole = Period.last_twelve()
    ten_years = f"first={whole.first.year - 8}-01&last={whole.last:%Y-%m}"
    commune = Commune.objects.of_territory().order_by("-population").values_list("pk", flat=True)[0]

    def page(address: str, who: Client = client) -> Callable[[], Any]:
        def ask() -> None:
            response = who.get(address, headers={"host": "127.0.0.1"})
            assert response.status_code == 200, (address, response.status_code)

        return ask

    def public() -> None:
        # Nothing kept: as after any change of the site.
        generation.bump()
        page(f"/observatoire/{years()[0]}/", visitor)()

    found = {
        "staff: last twelve months": timed(page(board)),
        "staff: nine years": timed(page(f"{board}?{ten_years}")),
        "staff: nine years, one channel": timed(page(f"{board}?{ten_years}&channel=phone")),
        "staff: nine years, one commune": timed(page(f"{board}?{ten_years}&commune={commune}")),
        "staff: a year, commune and channel": timed(page(f"{board}?commune={commune}&channel=phone")),
        "public: a year, nothing kept": timed(public),
        "public: a year": timed(page(f"/observatoire/{years()[0]}/", visitor)),
    }
    return {"needs": Need.objects.count(), "night": counted, "pages": found}


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
