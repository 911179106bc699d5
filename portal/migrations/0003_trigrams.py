from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    # Nothing on SQLite. On PostgreSQL the extension is trusted: the owner of the database may create it.

    dependencies = [
        ('portal', '0002_initial'),
    ]

    operations = [
        TrigramExtension(),
    ]
