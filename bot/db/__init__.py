"""The database: engines, transactions, tables, migrations, backup, retention and personal data."""
