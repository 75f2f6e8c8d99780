"""`python -m tests.db.next_version run`: the bot as its next version may be, with one more step of the migrations."""

from typing import Any

from sqlalchemy import Column, MetaData, String, Table

from bot.cli.main import main
from bot.db import migrations
from bot.db.tables import PEOPLE

NEW_TABLE = Table("new_in_the_next_version", MetaData(), Column("id", String, primary_key=True))

NEW_COLUMN: Column[Any] = Column("pronouns", String, nullable=False, server_default="")

PEOPLE.append_column(NEW_COLUMN)

migrations.STEPS = (*migrations.STEPS, (NEW_TABLE, NEW_COLUMN))

if __name__ == "__main__":
    main()
