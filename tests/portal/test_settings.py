"""Settings come from the environment, and every one of them is explained."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_variable_of_the_settings_is_explained_in_the_example_and_no_other():
    read = re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "portal/settings.py").read_text())
    explained = re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert sorted(set(read)) == sorted(explained)


def test_no_secret_key_in_the_repository():
    assert re.search(r"^SECRET_KEY=$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert 'SECRET_KEY = env.str("SECRET_KEY")' in (ROOT / "portal/settings.py").read_text()
