"""Three small real services, their visitors, a script of changes and a recorder; no more."""
