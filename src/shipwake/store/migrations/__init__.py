"""The scripts that make and change the tables, run by `Store.migrate` inside one transaction."""
